import { Fault, type FaultDetail } from '@pcft/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule, { type FormatsPlugin } from 'ajv-formats';
import type { TSchema } from 'typebox';

const addFormats = addFormatsModule as unknown as FormatsPlugin;
const mostDetails = 20;

/** `x-…` members of our schemas say things to redaction and documents, not to validation. */
const vocabulary = ['x-secret', 'x-id'];

function createAjv(removeAdditional: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    useDefaults: true,
    removeAdditional,
  });
  ajv.addVocabulary(vocabulary);
  addFormats(ajv, ['email', 'date-time', 'uri', 'uuid']);
  return ajv;
}

const exact = createAjv(false);
const ignoringUnknown = createAjv(true);

/** Validates in place (defaults, and numbers where values arrive as text) or throws. */
export type Validator = (value: unknown, where: 'body' | 'query' | 'path' | 'headers') => void;

/**
 * `text`: values arrive as text, as in paths and queries.
 *
 * @throws Fault `validation` with at most 20 details; values are never repeated.
 */
export function createValidator(schema: TSchema, { text = false }: { text?: boolean } = {}): Validator {
  const validate = exact.compile(schema);
  return (value, where) => {
    if (text) readText(schema, value as Record<string, unknown>);
    if (!validate(value)) throw validationFault(validate, where);
  };
}

/** For form bodies: unknown parameters are ignored (RFC 6749 section 3.2). */
export function createFormValidator(schema: TSchema): Validator {
  const validate = ignoringUnknown.compile(schema);
  return (value, where) => {
    if (!validate(value)) throw validationFault(validate, where);
  };
}

/** Only plain decimal digits are a number: not `0x10`, `1e2`, `+5` or ` 5`, which a coercing validator would take. */
const wholeNumber = /^-?\d{1,15}$/;

function readText(schema: TSchema, record: Record<string, unknown>): void {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {};
  for (const [name, { type }] of Object.entries(properties)) {
    const value = record[name];
    if (typeof value !== 'string') continue;
    if (type === 'integer' && wholeNumber.test(value)) record[name] = Number(value);
    if (type === 'boolean' && (value === 'true' || value === 'false')) record[name] = value === 'true';
  }
}

/** Says whether a value matches, for responses. `null`: it does. */
export function createChecker(schema: TSchema): (value: unknown) => string | null {
  const validate = exact.compile(schema);
  return (value) => (validate(value) ? null : exact.errorsText(validate.errors));
}

function validationFault({ errors }: ValidateFunction, where: string): Fault {
  const details = (errors ?? []).slice(0, mostDetails).map((error) => detailOf(error, where));
  const [first] = details;
  const message = first ? sentence(first) : 'The request is not valid';
  return new Fault('validation', { message, details });
}

/** Seed 001 prints "email is required" for `{field: 'email', reason: 'required'}`. */
function sentence({ field, reason }: FaultDetail): string {
  return reason === 'required' ? `${field} is required` : `${field} ${reason}`;
}

function detailOf({ keyword, params, instancePath, message }: ErrorObject, where: string): FaultDetail {
  const at = fieldName(instancePath);
  const join = (name: string) => (at === '' ? name : `${at}.${name}`);
  const record = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return { field: join(String(record['missingProperty'])), reason: 'required' };
    case 'additionalProperties':
      return { field: join(safeName(record['additionalProperty'])), reason: 'is not a known field' };
    case 'enum':
      return {
        field: at || where,
        reason: `must be one of: ${(record['allowedValues'] as unknown[]).join(', ')}`,
      };
    case 'pattern':
      return { field: at || where, reason: 'has an invalid format' };
    case 'format':
      return { field: at || where, reason: `must be a valid ${String(record['format'])}` };
    default:
      return { field: at || where, reason: message ?? 'is invalid' };
  }
}

/** A name the caller made up: cut to a length that cannot hurt a log or an answer. */
function safeName(name: unknown): string {
  return String(name).slice(0, 100);
}

/** `/policy/2/actions/0` reads `policy[2].actions[0]`. */
function fieldName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    )
    .slice(0, 200);
}
