import type { Operation } from '@pcft/contracts';
import { envelopeSchema } from '@pcft/contracts';
import { createChecker, createFormValidator, createValidator, type Validator } from './validator.ts';

/** An operation with its schemas compiled, once, when the service starts. */
export interface MountedOperation {
  readonly operation: Operation;
  readonly params: Validator;
  readonly query: Validator;
  readonly headers: Validator;
  readonly body: Validator | null;
  /** For form bodies: unknown parameters are ignored, as RFC 6749 section 3.2 wants. */
  readonly form: Validator | null;
  /** Says what is wrong with a response, or `null`. */
  readonly response: (body: unknown) => string | null;
}

export function mountOperation(operation: Operation): MountedOperation {
  const envelope = envelopeSchema(operation);
  return {
    operation,
    params: createValidator(operation.params, { text: true }),
    query: createValidator(operation.query, { text: true }),
    headers: createValidator(operation.headers, { text: true }),
    body: operation.body && createValidator(operation.body, {}),
    form: operation.form && operation.body ? createFormValidator(operation.body) : null,
    response:
      operation.success.shape === 'stream'
        ? () => null
        : envelope
          ? createChecker(envelope)
          : (body) => (body === undefined ? null : 'a body where none is declared'),
  };
}
