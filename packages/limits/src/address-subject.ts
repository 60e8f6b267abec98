import { isIPv4 } from 'node:net';

/** Whom a per-address limit counts: an IPv6 caller commands a whole /64, so that is what is counted. */
export function addressSubject(address: string): string {
  if (isIPv4(address)) return `ip:${address}`;
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = address.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `ip:${network.join(':')}::/64`;
}
