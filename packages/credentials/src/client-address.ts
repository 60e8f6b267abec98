import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** The header in which the gateway passes on the caller's address: on one host everybody is 127.0.0.1. */
export const CLIENT_ADDRESS_HEADER = 'x-client-address';

/** How old, and how far ahead of the own clock, a signed address may be. */
export const CLIENT_ADDRESS_MAX_AGE_MS = 60_000;

export interface ClientAddress {
  ip: string;
  /** Unix time in milliseconds. */
  at: number;
  method: string;
  /** The request target as the service receives it: path with query. */
  path: string;
}

/** The header's value: `<ip>;<unix-ms>;<base64url HMAC-SHA-256 over ip|ms|METHOD|path>`. Throws if `ip` is no address. */
export function signClientAddress(secret: string | Buffer, address: ClientAddress): string {
  if (isIP(address.ip) === 0) throw new TypeError('not an IP address');
  return `${address.ip};${address.at};${signature(secret, address).toString('base64url')}`;
}

/**
 * The address the gateway vouches for, or null when the value is malformed, forged, made for another request or more
 * than 60 s away from `now` (Unix ms) in either direction.
 */
export function verifyClientAddress(
  secret: string | Buffer,
  value: string,
  request: { method: string; path: string; now: number },
): string | null {
  const [ip, at, signed, ...rest] = value.split(';');
  if (ip === undefined || at === undefined || signed === undefined || rest.length > 0) return null;
  if (isIP(ip) === 0 || !/^\d{1,15}$/.test(at)) return null;
  const expected = signature(secret, { ip, at: Number(at), method: request.method, path: request.path });
  const given = Buffer.from(signed, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return Math.abs(request.now - Number(at)) <= CLIENT_ADDRESS_MAX_AGE_MS ? ip : null;
}

function signature(secret: string | Buffer, { ip, at, method, path }: ClientAddress): Buffer {
  if (secret.length === 0) throw new TypeError('the edge secret is empty');
  // Unambiguous: neither an address nor a number holds `|`, and no method holds the `/` a path begins with.
  return createHmac('sha256', secret).update(`${ip}|${at}|${method.toUpperCase()}|${path}`, 'utf8').digest();
}
