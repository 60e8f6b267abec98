import { envelopeSchema, type Operation } from '@pcft/contracts';
import type { Dialect } from '@pcft/errors';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { faultEnvelopes, readFault } from './fault-envelope.ts';
import type { WireAnswer } from './send-request.ts';

// `strict` would refuse `x-secret`, by which schemas mark what must never be logged.
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

const faultValidators = new Map<Dialect, ValidateFunction>(
  Object.entries(faultEnvelopes).map(([dialect, schema]) => [dialect as Dialect, ajv.compile(schema)]),
);
const successValidators = new Map<string, ValidateFunction>();

function successValidator(operation: Operation): ValidateFunction | null {
  const schema = envelopeSchema(operation);
  if (schema === null) return null;
  const known = successValidators.get(operation.operationId) ?? ajv.compile(schema);
  successValidators.set(operation.operationId, known);
  return known;
}

/** An answer that breaks its contract. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
}

/** The spelling of limit headers by dialect of the rate class: seed 002 has its own. */
function limitHeaderPrefix({ rateClass }: Operation): string | null {
  if (rateClass === 'internal') return null;
  return ['quickstart', 'sign-in', 'sign-up'].includes(rateClass) ? 'ratelimit' : 'x-ratelimit';
}

/**
 * Checks what holds for every answer of an operation: request id, limit headers, envelope of success or fault.
 * `dialect` is that in which faults are expected (form requests get RFC 6749's).
 *
 * @throws ContractViolation naming everything that is wrong
 */
export function checkAnswer(operation: Operation, answer: WireAnswer, body: unknown, dialect: Dialect): void {
  const wrong: string[] = [];
  const requestId = answer.headers['x-request-id'];
  if (!requestId) wrong.push('no X-Request-Id');
  const prefix = limitHeaderPrefix(operation);
  if (prefix !== null) {
    for (const name of ['limit', 'remaining', 'reset']) {
      if (!/^\d+$/.test(answer.headers[`${prefix}-${name}`] ?? '')) wrong.push(`no ${prefix}-${name} header`);
    }
  }
  if (answer.status < 400) wrong.push(...successFaults(operation, answer, body));
  else wrong.push(...faultFaults(dialect, answer, body, requestId));
  if (wrong.length > 0) {
    throw new ContractViolation(
      `${operation.operationId} answered ${String(answer.status)} against its contract: ${wrong.join('; ')}\n${answer.text.slice(0, 600)}`,
    );
  }
}

function successFaults(operation: Operation, answer: WireAnswer, body: unknown): string[] {
  if (answer.status === 304 && operation.success.conditional)
    return answer.text === '' ? [] : ['a 304 with a body'];
  if (answer.status !== operation.success.status)
    return [`status is not ${String(operation.success.status)}`];
  const { mediaTypes } = operation.success;
  if (mediaTypes) {
    const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
    return mediaTypes.includes(type) ? [] : [`content type ${type}`];
  }
  const validate = successValidator(operation);
  if (validate === null) return answer.text === '' ? [] : ['a body where none is declared'];
  return validate(body) ? [] : [ajv.errorsText(validate.errors)];
}

function faultFaults(
  dialect: Dialect,
  answer: WireAnswer,
  body: unknown,
  requestId: string | undefined,
): string[] {
  const wrong: string[] = [];
  if (!answer.headers['content-type']?.startsWith('application/json')) wrong.push('not application/json');
  const validate = faultValidators.get(dialect);
  if (!validate?.(body)) return [...wrong, `not ${dialect}'s envelope: ${ajv.errorsText(validate?.errors)}`];
  const fault = readFault(dialect, body);
  if (fault.requestId !== null && fault.requestId !== requestId)
    wrong.push('request id differs from X-Request-Id');
  if ([429, 503].includes(answer.status) && !/^[1-9]\d*$/.test(answer.headers['retry-after'] ?? ''))
    wrong.push('no Retry-After');
  if (dialect === 'quickstart' && (body as { status: unknown }).status !== answer.status)
    wrong.push('status in the body differs');
  return wrong;
}
