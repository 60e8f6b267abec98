import ipaddr from 'ipaddr.js';

/**
 * Whether an address is one of the public internet. Everything that is set apart is not: loopback, private, link-local
 * (metadata services among it), unique local, shared, multicast, reserved, documentation, and IPv6 forms that carry an
 * IPv4 address (mapped, NAT64, 6to4, Teredo), for what they lead to is for others to say.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return true;
  // 2000::/3 is all that is given out; what the library does not know a name for lies outside of it.
  const [first = 0] = (address as ipaddr.IPv6).parts;
  return first >= 0x2000 && first <= 0x3fff && !isIpv4Compatible(address as ipaddr.IPv6);
}

function isIpv4Compatible({ parts }: ipaddr.IPv6): boolean {
  return parts.slice(0, 6).every((part) => part === 0);
}
