import { Fault } from '@pcft/errors';
import type { IncomingMessage } from 'node:http';
import type { Step } from './exchange.ts';

const longestTarget = 8 * 1024;
/** Request line and headers. Node's own bound is 16 KB, and a service must not be the one to find out. */
const largestHead = 15 * 1024;
const mostHeaders = 100;

/** What two readers of the same request could read differently. A request that has any of it is not passed on. */
export type RefusableRequest = Pick<IncomingMessage, 'url' | 'rawHeaders' | 'httpVersion'>;

// Printable ASCII without space, backslash and `#`; then what normalizes away: `//`, dot segments, encoded `/ \ .`,
// encoded control characters, `%` without two digits after it.
const ambiguousPath = /[^!"$-[\]-~]|\/\/|\/\.{1,2}(?:\/|$)|%(?:2[ef]|5c|[01][0-9a-f]|7f|(?![0-9a-f]{2}))/i;
/** Most paths: nothing in them that could be read in two ways, and nothing to look at twice. */
const plainPath = /^(?:\/[\w~-][\w.~-]*)+$/;
const ambiguousQuery = /[^!"$-~]|%(?![0-9a-f]{2})/i;

/** The fault of a request target, or undefined. Its fault is always in the platform dialect: there is no path to go by. */
export function targetFault(target: string): Fault | undefined {
  if (target.length < 512 && plainPath.test(target)) return undefined;
  if (target.length > longestTarget) return new Fault('url-too-long');
  if (!target.startsWith('/')) return ambiguous('path', 'The request target must be a path');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (ambiguousPath.test(path)) return ambiguous('path', 'The path is not in its plain form');
  if (mark >= 0 && ambiguousQuery.test(target.slice(mark + 1)))
    return ambiguous('query', 'The query is malformed');
  return path.includes('%') && !isUtf8(path) ? ambiguous('path', 'The path is not UTF-8') : undefined;
}

const once = new Set([
  'host',
  'authorization',
  'x-api-key',
  'content-type',
  'content-length',
  'transfer-encoding',
  'idempotency-key',
]);
const framing = /(?:^|,)\s*(?:host|content-length|transfer-encoding)\s*(?:,|$)/i;
const host = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The fault of a header block, or undefined. `raw` alternates names and values, as they came. */
export function headerFault(
  raw: readonly string[],
  httpVersion: string,
  targetLength = 0,
): Fault | undefined {
  if (raw.length > mostHeaders * 2) return new Fault('headers-too-large');
  const single = new Map<string, string>();
  let bytes = targetLength;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const value = raw[i + 1]!;
    bytes += name.length + value.length + 4;
    if (once.has(name)) {
      if (single.has(name)) return ambiguous(name, `The header ${name} is given twice`);
      single.set(name, value);
    } else if (name === 'te' && value.toLowerCase() !== 'trailers') {
      return ambiguous('te', 'TE may only name trailers');
    } else if (name === 'connection' && framing.test(value)) {
      // Removing what is named here, as a proxy has to, would change where the body ends or whom it is for.
      return ambiguous('connection', 'Connection may not name a header of the message itself');
    } else if (name === 'upgrade' && value.toLowerCase() !== 'h2c') {
      // RFC 9110 section 7.8 lets a server ignore the offer of h2c, which some clients always make.
      return ambiguous('upgrade', 'Upgrades are not offered');
    }
  }
  if (bytes > largestHead) return new Fault('headers-too-large');
  if (!host.test(single.get('host') ?? '')) return ambiguous('host', 'One valid Host header is required');
  return bodyFramingFault(single.get('transfer-encoding'), single.has('content-length'), httpVersion);
}

function bodyFramingFault(
  transferEncoding: string | undefined,
  hasLength: boolean,
  httpVersion: string,
): Fault | undefined {
  if (transferEncoding === undefined) return undefined;
  if (hasLength)
    return ambiguous('transfer-encoding', 'Content-Length and Transfer-Encoding exclude each other');
  if (transferEncoding.toLowerCase() !== 'chunked' || httpVersion === '1.0')
    return ambiguous('transfer-encoding', 'The only transfer encoding is chunked, from HTTP/1.1 on');
  return undefined;
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function ambiguous(field: string, message: string): Fault {
  return new Fault('ambiguous-request', { message, details: [{ field, reason: message }] });
}

/** Nothing that could mean one thing here and another thing at a service gets past this step. */
export const refuseAmbiguous: Step = (request, response, next) => {
  const inTarget = targetFault(request.url);
  if (inTarget !== undefined) response.locals.dialect = 'platform';
  const fault = inTarget ?? headerFault(request.rawHeaders, request.httpVersion, request.url.length);
  if (fault === undefined) next();
  else next(fault);
};
