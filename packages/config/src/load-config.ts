import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Static, TObject } from 'typebox';
import { ConfigError, type ConfigFault } from './config-error.ts';

/** The environment: `process.env`, or a plain object in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables a schema names from the environment: text is coerced to the schema's types (`1` and `0` are
 * booleans too), an empty variable counts as absent, defaults apply, variables the schema does not name are ignored.
 * Variables that come in families are named by the schema's `patternProperties`. The result is frozen. Throws
 * ConfigError with all faults.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  env: Environment,
): Readonly<Static<Schema>> {
  const config = pickVariables(schema, env);
  const ajv = new Ajv2020({ allErrors: true, coerceTypes: true, useDefaults: true, allowUnionTypes: true });
  // A CommonJS default export, which Node hands over as it is and TypeScript sees one level deeper.
  (addFormats as unknown as (to: Ajv2020) => void)(ajv);
  const validate = ajv.compile(schema);
  if (!validate(config)) throw new ConfigError(faultsOf(validate.errors ?? []));
  return Object.freeze(config) as Readonly<Static<Schema>>;
}

function pickVariables(schema: TObject, env: Environment): Record<string, unknown> {
  const properties = schema.properties as Record<string, { type?: unknown }>;
  const families = Object.keys((schema as { patternProperties?: object }).patternProperties ?? {}).map(
    (pattern) => new RegExp(pattern, 'u'),
  );
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(env)) {
    const isNamed = Object.hasOwn(properties, name) || families.some((family) => family.test(name));
    if (value === undefined || value === '' || !isNamed) continue;
    picked[name] = properties[name]?.type === 'boolean' ? (SWITCHES[value] ?? value) : value;
  }
  return picked;
}

// ajv itself reads only `true` and `false`.
const SWITCHES: Record<string, string> = { '1': 'true', '0': 'false' };

function faultsOf(errors: readonly ErrorObject[]): ConfigFault[] {
  const faults = errors.map(({ keyword, instancePath, params, message }): ConfigFault => {
    if (keyword === 'required') return { variable: String(params['missingProperty']), reason: 'is missing' };
    // A flat object: the path is `/NAME`, and `/NAME/…` only inside a value, where the variable is what to name.
    const variable = instancePath.split('/')[1] ?? 'environment';
    if (keyword === 'enum')
      return { variable, reason: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}` };
    return { variable, reason: message ?? `breaks its schema (${keyword})` };
  });
  return faults.sort((a, b) => a.variable.localeCompare(b.variable));
}
