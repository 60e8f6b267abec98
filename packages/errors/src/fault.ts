import { faultDeclaration, type FaultName } from './catalogue.ts';

/** One thing that is wrong with a request: where, and what. Both are public. */
export interface FaultDetail {
  readonly field: string;
  readonly reason: string;
}

export interface FaultOptions {
  /** Replaces the catalogue's public sentence in every dialect whose document does not fix one. */
  readonly message?: string;
  readonly details?: readonly FaultDetail[];
  /** Extra response headers, e.g. `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What really happened. Goes to the log, never to the caller. */
  readonly cause?: unknown;
}

/** The only error a use case throws on purpose. `name` narrows it; the catalogue gives it its status. */
export class Fault extends Error {
  readonly fault: FaultName;
  readonly status: number;
  readonly details: readonly FaultDetail[];
  readonly headers: Readonly<Record<string, string>>;
  readonly publicMessage: string | undefined;

  constructor(fault: FaultName, options: FaultOptions = {}) {
    super(options.message ?? faultDeclaration(fault).message, { cause: options.cause });
    this.name = 'Fault';
    this.fault = fault;
    this.status = faultDeclaration(fault).status;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
    this.publicMessage = options.message;
  }
}

/** A validation fault for one field. */
export function invalid(field: string, reason: string, message?: string): Fault {
  return new Fault('validation', { message: message ?? `${field}: ${reason}`, details: [{ field, reason }] });
}

/** A dependency cannot be reached: 503 with `Retry-After` in whole seconds. */
export function unavailable(cause: unknown, retryAfterSeconds = 1): Fault {
  return new Fault('unavailable', { cause, headers: { 'Retry-After': String(retryAfterSeconds) } });
}
