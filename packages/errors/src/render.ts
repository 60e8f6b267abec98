import { faultDeclaration, type FaultName, type Wording } from './catalogue.ts';
import type { Dialect } from './dialect.ts';
import type { Fault } from './fault.ts';

/** A fault as it goes over the wire. */
export interface RenderedFault {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

/** Code and sentence of a fault in a dialect. */
export function wordingOf(name: FaultName, dialect: Dialect): Wording {
  const { code, message, in: own } = faultDeclaration(name);
  return { code, message, ...own?.[dialect] };
}

/** Status of a fault in a dialect: the catalogue's one, but where RFC 6749 fixes another. */
export function statusOf(name: FaultName, dialect: Dialect): number {
  const { status, in: own } = faultDeclaration(name);
  return own?.[dialect]?.status ?? status;
}

/** Renders a fault in its dialect. `request_id` equals the `X-Request-Id` header of the response. */
export function renderFault(fault: Fault, dialect: Dialect, requestId: string): RenderedFault {
  const { code, message: catalogued } = wordingOf(fault.fault, dialect);
  const fixedByDocument = faultDeclaration(fault.fault).in?.[dialect]?.message !== undefined;
  const message = fixedByDocument ? catalogued : (fault.publicMessage ?? catalogued);
  const details = fault.details.length > 0 ? [...fault.details] : undefined;
  const status = statusOf(fault.fault, dialect);
  return {
    status,
    headers: fault.headers,
    body: envelope[dialect](status, { code, message }, details, requestId),
  };
}

type Envelope = (
  status: number,
  wording: Wording,
  details: readonly { field: string; reason: string }[] | undefined,
  requestId: string,
) => Record<string, unknown>;

const envelope: Record<Dialect, Envelope> = {
  platform: (_status, { code, message }, details, requestId) => ({
    error: { code, message, ...(details && { details }), request_id: requestId },
  }),
  quickstart: (status, { code, message }, details, requestId) => ({
    success: false,
    status,
    code,
    message,
    meta: { ...(details && { errors: details }), requestId },
  }),
  craft: (_status, { code, message }, details, requestId) => ({
    success: false,
    error: { code, message, ...(details && { details }), requestId },
  }),
  // RFC 6749 section 5.2 has no place for details: they become part of the sentence.
  oauth: (_status, { code, message }, details) => ({
    error: code,
    error_description: details
      ? details.map(({ field, reason }) => `${field}: ${reason}`).join('; ')
      : message,
  }),
};
