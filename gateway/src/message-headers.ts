import type { IncomingHttpHeaders } from 'node:http';

/** RFC 9110 section 7.6.1: these concern one connection. Transfer-Encoding stays, it frames the body (see proxy.ts). */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
];

/** Headers by which proxies talk to each other: here they would be a caller's claims about itself. */
const claims = new Set([
  ...hopByHop,
  'proxy-authorization',
  'proxy-authenticate',
  'expect', // answered here already
  'forwarded',
  'via',
  'x-via',
  'x-real-ip',
  'x-client-ip',
  'x-client-address',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'true-client-ip',
  'client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
]);
const claimPrefixes = /^x[-_](?:forwarded|internal|service|envoy)(?:[-_]|$)/;

/** Removes everything from a caller's headers that a service might take for the gateway's word. */
export function stripClaims(headers: IncomingHttpHeaders): void {
  const { connection } = headers;
  if (connection !== undefined && connection !== 'keep-alive' && connection !== 'close')
    for (const name of namedBy(connection)) delete headers[name];
  for (const name in headers) if (claims.has(name) || claimPrefixes.test(name)) delete headers[name];
}

const revealing = new Set([
  ...hopByHop,
  'proxy-authenticate',
  'transfer-encoding', // this side frames its own body
  'server',
  'via',
  'x-powered-by',
  'x-request-id', // the gateway's own is set in its place
  'x-client-address',
]);

/**
 * A service's response headers as the public may see them, names and values alternating; repeated ones (Set-Cookie)
 * stay apart. `hideOrigins` are cut off a Location that names an instance.
 */
export function publicHeaders(raw: readonly string[], hideOrigins: readonly string[]): string[] {
  const headers: string[] = [];
  let named: readonly string[] = [];
  for (let i = 0; i < raw.length; i += 2)
    if (/^connection$/i.test(raw[i]!)) named = [...named, ...namedBy(raw[i + 1]!)];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    if (revealing.has(name) || claimPrefixes.test(name) || named.includes(name)) continue;
    headers.push(raw[i]!, name === 'location' ? withoutOrigin(raw[i + 1]!, hideOrigins) : raw[i + 1]!);
  }
  return headers;
}

function namedBy(connection: string): string[] {
  return connection.split(',').map((name) => name.trim().toLowerCase());
}

function withoutOrigin(location: string, origins: readonly string[]): string {
  const origin = origins.find((candidate) => location === candidate || location.startsWith(`${candidate}/`));
  return origin === undefined ? location : location.slice(origin.length) || '/';
}
