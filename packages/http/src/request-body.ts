import { Fault } from '@pcft/errors';
import type { Operation } from '@pcft/contracts';
import type { Request } from 'express';
import { readBytes } from './read-bytes.ts';
import { assertSafe } from './safe-input.ts';

/** A body as it was read, before its schema has been asked. */
export interface RawBody {
  /** `undefined` where none was sent. */
  readonly value: unknown;
  readonly form: boolean;
  /** As it came, where it could be read. */
  readonly bytes?: Uint8Array;
  /** What was wrong with reading it; thrown when it is the body's turn. */
  readonly fault: Fault | null;
}

const noBody: RawBody = { value: undefined, form: false, fault: null };
const jsonType = /^application\/(?:[a-z0-9.+-]*\+)?json$/;
/** Keeps nothing from one text to the next. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const formType = 'application/x-www-form-urlencoded';

/** True for a form body of an operation that takes one: its faults are then RFC 6749's. */
export function isForm(req: Request, operation: Operation): boolean {
  return operation.form && mediaType(req).type === formType;
}

/**
 * Reads and parses the body, within the operation's limit. Faults are kept, not thrown: the checks run in the order
 * route, credential, limit, policy, body, and some policies have to look into the body first.
 */
export async function readBody(req: Request, operation: Operation): Promise<RawBody> {
  if (!hasBody(req)) return noBody;
  const { type, charset } = mediaType(req);
  const form = operation.form && type === formType;
  const failed = (fault: Fault): RawBody => ({ value: undefined, form, fault });
  const known = form || jsonType.test(type);
  // No operation without a body needs a type; an empty object in one is refused by content, not by type.
  if (!known || (charset !== null && charset !== 'utf-8') || req.headers['content-encoding'] !== undefined) {
    return failed(new Fault('unsupported-media-type', { message: expectation(operation) }));
  }
  try {
    const bytes = await readBytes(req, operation.maxBodyBytes);
    if (bytes.length === 0) return noBody;
    const text = utf8.decode(bytes);
    const value: unknown = form ? parseForm(text) : JSON.parse(text);
    assertSafe(value, 'body');
    return { value, form, fault: null, bytes };
  } catch (error) {
    return failed(faultOf(error));
  }
}

function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

function mediaType(req: Request): { type: string; charset: string | null } {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((text) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/.exec(text)?.[1])
    .find(Boolean);
  return { type: type.trim(), charset: charset ?? null };
}

function expectation({ form }: Operation): string {
  return `The body has to be application/json${form ? ` or ${formType}` : ''} in UTF-8, without an encoding`;
}

/** Repeated parameters are refused (RFC 6749 section 3.2). */
function parseForm(text: string): Record<string, string> {
  // Throws for what is not UTF-8, which the parser would replace without a word.
  decodeURIComponent(text);
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) {
      throw new Fault('validation', {
        details: [{ field: name.slice(0, 100), reason: 'must not be repeated' }],
      });
    }
    form.set(name, value);
  }
  return Object.fromEntries(form);
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason =
    error instanceof SyntaxError
      ? 'is not valid JSON'
      : error instanceof TypeError || error instanceof URIError
        ? 'is not valid UTF-8'
        : 'could not be read';
  return new Fault('validation', {
    message: `The body ${reason}`,
    details: [{ field: 'body', reason }],
    cause: error,
  });
}
