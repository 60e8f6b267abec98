import { sessionCookie, type CredentialHeaders } from '@pcft/auth';
import { CLIENT_ADDRESS_HEADER, createId, verifyClientAddress } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import { parseCookie } from 'cookie';
import type { IncomingMessage } from 'node:http';

/** What is known of a call before anybody has been asked. */
export interface RequestContext {
  readonly id: string;
  /** As the gateway vouches for it, else that of the socket. Never what a header merely says. */
  readonly clientIp: string;
  readonly userAgent: string | null;
  readonly traceId: string | null;
}

const requestIdForm = /^[A-Za-z0-9._-]{8,128}$/;
const traceparentForm = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function requestContext(req: IncomingMessage, edgeSecret: string): RequestContext {
  const presented = req.headers['x-request-id'];
  const id = typeof presented === 'string' && requestIdForm.test(presented) ? presented : createId('req_');
  const traceparent = req.headers['traceparent'];
  const userAgent = req.headers['user-agent'];
  return {
    id,
    clientIp: clientAddress(req, edgeSecret),
    userAgent: userAgent === undefined ? null : userAgent.slice(0, 300),
    traceId: typeof traceparent === 'string' ? (traceparentForm.exec(traceparent)?.[1] ?? null) : null,
  };
}

function clientAddress(req: IncomingMessage, edgeSecret: string): string {
  const signed = req.headers[CLIENT_ADDRESS_HEADER];
  const vouched =
    typeof signed === 'string'
      ? verifyClientAddress(edgeSecret, signed, {
          method: req.method ?? '',
          path: req.url ?? '',
          now: Date.now(),
        })
      : null;
  return vouched ?? (req.socket.remoteAddress ?? '0.0.0.0').replace(/^::ffff:/, '');
}

/** A cookie of the request by name. */
export function cookieOf(req: IncomingMessage, name: string): string | null {
  return (req.headers.cookie === undefined ? undefined : parseCookie(req.headers.cookie)[name]) ?? null;
}

/**
 * The credential headers, one value each. Node keeps only the first of two Authorization headers, so the raw ones
 * are counted: a request that can be read in two ways is refused.
 */
export function credentialHeaders(req: IncomingMessage): CredentialHeaders {
  for (const name of ['authorization', 'x-api-key']) {
    if (req.headers[name] !== undefined && timesSent(req, name) > 1) {
      throw new Fault('ambiguous-request', { details: [{ field: name, reason: 'must not be repeated' }] });
    }
  }
  const apiKey = req.headers['x-api-key'];
  const cookies = req.headers.cookie === undefined ? {} : parseCookie(req.headers.cookie);
  return {
    authorization: req.headers.authorization,
    apiKey: typeof apiKey === 'string' ? apiKey.trim() : undefined,
    sessionCookie: cookies[sessionCookie],
  };
}

function timesSent({ rawHeaders }: IncomingMessage, name: string): number {
  // Names and values by turns. (`headersDistinct` would sort all headers of the request for these two.)
  return rawHeaders.filter((text, n) => n % 2 === 0 && text.toLowerCase() === name).length;
}
