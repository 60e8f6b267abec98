/** JSON Schema as far as the rules look into it. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, object>>;
  readonly patternProperties?: Readonly<Record<string, object>>;
  readonly additionalProperties?: unknown;
  readonly items?: object;
  readonly anyOf?: readonly object[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly format?: string;
  readonly 'x-secret'?: unknown;
}

export interface Visited {
  readonly node: Node;
  /** `body.policy[].actions[]` */
  readonly path: string;
}

interface NamedSchema {
  readonly where: string;
  readonly schema: object;
}

/** A schema and everything below it. */
export function walkSchema(schema: object, path: string): Visited[] {
  const node = schema as Node;
  return [
    { node, path },
    ...Object.entries(node.properties ?? {}).flatMap(([name, below]) => walkSchema(below, `${path}.${name}`)),
    ...Object.values(node.patternProperties ?? {}).flatMap((below) => walkSchema(below, `${path}.*`)),
    ...(node.items ? walkSchema(node.items, `${path}[]`) : []),
    ...(node.anyOf ?? []).flatMap((below) => walkSchema(below, path)),
  ];
}

/** Objects that take unknown fields, other than declared maps. */
export function openObjects({ where, schema }: NamedSchema): string[] {
  return walkSchema(schema, where)
    .filter(
      ({ node }) => node.type === 'object' && node.additionalProperties !== false && !node.patternProperties,
    )
    .map(({ path }) => `${path} takes unknown fields`);
}

/** Texts without any bound on their length. */
export function unboundedStrings({ where, schema }: NamedSchema): string[] {
  return walkSchema(schema, where)
    .filter(
      ({ node }) =>
        node.type === 'string' &&
        node.enum === undefined &&
        node.const === undefined &&
        node.maxLength === undefined &&
        node.format !== 'date-time' &&
        !isBounded(node.pattern),
    )
    .map(({ path }) => `${path} may be of any length`);
}

/** A pattern bounds a text when it is anchored and nothing in it repeats without end. */
function isBounded(pattern: string | undefined): boolean {
  return (
    pattern !== undefined &&
    /^\^.*\$$/.test(pattern) &&
    !/(?<!\\)[*+]|\{\d+,\}/.test(pattern.replaceAll(/\[[^\]]*\]/g, 'x'))
  );
}

/** Public things whose names end like those of secrets. */
const harmless = new Set(['token_prefix', 'token_type']);

/** Texts named like secrets that are not marked `x-secret`, which logs and documents go by. */
export function namedLikeSecrets({ where, schema }: NamedSchema): string[] {
  return walkSchema(schema, where)
    .filter(({ node, path }) => {
      const name = path.slice(path.lastIndexOf('.') + 1);
      const named = /(^|_)(password|secret|token|key|code)$/i.test(name) && !harmless.has(name);
      return named && node.type === 'string' && node.const === undefined && node['x-secret'] !== true;
    })
    .map(({ path }) => `${path} is named like a secret and not marked as one`);
}
