import { createId, ID_PREFIXES, type IdPrefix } from '@pcft/credentials';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { uniqueName } from './accounts.ts';

/** JSON Schema as far as the contracts use it. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly not?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly default?: unknown;
  /** The prefix of an id that may also come bare. */
  readonly 'x-id'?: string;
}

const ajv = new Ajv2020({ strict: false, strictNumbers: true });
addFormats.default(ajv);
const validators = new WeakMap<object, ValidateFunction>();

/** Whether a value satisfies a schema: what the service itself must say too. */
export function satisfies(schema: Schema, value: unknown): boolean {
  const validate = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, validate);
  return validate(value);
}

/**
 * A value that a schema accepts: required members only, one item per list, fresh names. So a new operation is covered
 * by the table-driven suites without a line of its own.
 *
 * @throws when no candidate fits, naming the schema: add one to `candidates`
 */
export function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0]);
  switch (schema.type) {
    case 'string':
      return sampleText(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'array':
      return schema.items ? [sampleOf(schema.items)] : [];
    case 'object':
      return sampleObject(schema);
    default:
      return {}; // no constraint at all
  }
}

function sampleObject({ properties = {}, required = [] }: Schema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
}

function sampleText(schema: Schema): string {
  for (const candidate of candidates(schema)) if (satisfies(schema, candidate)) return candidate;
  throw new Error(`no sample text fits ${JSON.stringify(schema)}`);
}

function* candidates({ pattern = '', 'x-id': completed }: Schema): Generator<string> {
  const prefix = ID_PREFIXES.find((known) => known === completed || pattern.startsWith(`^${known}`));
  if (prefix) yield createId(prefix satisfies IdPrefix);
  yield uniqueName('sample');
  yield `${uniqueName('sample')}@example.com`;
  yield uniqueName('s').replaceAll('-', '_');
  yield 'projects:read';
  yield '2026-02-20T10:00:00.000Z';
  yield '127.0.0.1/32';
  yield 'https://app.example.com';
  yield 'https://app.example.com/page';
  yield 'a'.repeat(8);
  yield 'k'.repeat(43); // a thumbprint
  yield createId('aud_');
  yield 'A1';
  yield '1';
}
