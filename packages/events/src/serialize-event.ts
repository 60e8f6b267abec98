import { Ajv2020 } from 'ajv/dist/2020.js';
import { type AuditEvent, auditEventSchema, maxEventBytes } from './event.ts';

/** The event breaks its schema, is too large or holds text PostgreSQL cannot. A fault of the program, not the caller. */
export class InvalidEvent extends Error {
  constructor(reason: string) {
    super(`invalid audit event: ${reason}`);
    this.name = 'InvalidEvent';
  }
}

const ajv = new Ajv2020({ allErrors: false, strict: false });
const validate = ajv.compile<AuditEvent>(auditEventSchema);

/**
 * JSON.stringify writes NUL and lone surrogates as escapes, and only those. An escape counts when its backslash is
 * not itself escaped.
 */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Whether text can be stored by every part: PostgreSQL takes no NUL, UTF-8 no lone surrogate. */
export function isStorable(json: string): boolean {
  return !unstorable.test(json);
}

/** Checks an unknown value against the schema. Returns what is wrong, or `null`. */
export function eventFault(value: unknown): string | null {
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath || '/'} ${error?.message ?? 'is wrong'}`;
}

/** Validates an event and writes the bytes that will be queued, chained and exported. Throws `InvalidEvent`. */
export function serializeEvent(event: AuditEvent): string {
  const fault = eventFault(event);
  if (fault !== null) throw new InvalidEvent(fault);
  const body = JSON.stringify(event);
  if (Buffer.byteLength(body) > maxEventBytes) throw new InvalidEvent(`larger than ${maxEventBytes} bytes`);
  if (!isStorable(body)) throw new InvalidEvent('holds NUL or a lone surrogate');
  return body;
}
