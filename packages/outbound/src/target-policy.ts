import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** Why nothing is sent there. The text is public: it tells nothing that its reader did not say. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

/** Where requests in the name of callers may go. */
export interface TargetPolicy {
  /** Only for development and for networks in which receivers are private by intent: http, any port, any address. */
  readonly allowPrivate: boolean;
  /** Ports beside 443. */
  readonly ports: readonly number[];
}

export const publicTargets: TargetPolicy = { allowPrivate: false, ports: [8443] };

const longestUrl = 2_048;

/**
 * What can be said of a URL without resolving its name.
 *
 * @throws TargetRefused
 */
export function checkUrl(text: string, policy: TargetPolicy): URL {
  if (text.length > longestUrl) throw new TargetRefused('is too long');
  if (!URL.canParse(text)) throw new TargetRefused('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(policy.allowPrivate && url.protocol === 'http:'))
    throw new TargetRefused('has to begin with https://');
  if (url.username !== '' || url.password !== '') throw new TargetRefused('must not hold a password');
  if (url.hash !== '') throw new TargetRefused('must not hold a fragment');
  const port = url.port === '' ? 443 : Number(url.port);
  if (!policy.allowPrivate && port !== 443 && !policy.ports.includes(port))
    throw new TargetRefused(`must not name port ${port}`);
  const host = hostOf(url);
  // A trailing dot is the same name to DNS, and another one to whoever compares texts.
  if (host.endsWith('.')) throw new TargetRefused('must not end its host with a dot');
  if (isIP(host) !== 0) checkAddresses([host], policy);
  else if (
    !policy.allowPrivate &&
    (!host.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(host))
  )
    throw new TargetRefused('names no host of the public internet');
  return url;
}

/**
 * All that a name led to. One address that must not be used is enough: whoever mixes them has a reason.
 *
 * @throws TargetRefused
 */
export function checkAddresses(addresses: readonly string[], { allowPrivate }: TargetPolicy): void {
  if (addresses.length === 0) throw new TargetRefused('leads to no address');
  if (!allowPrivate && !addresses.every(isPublicAddress))
    throw new TargetRefused('leads to an address that is not of the public internet');
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
