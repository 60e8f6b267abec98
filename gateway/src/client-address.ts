import { BlockList, isIP, isIPv4 } from 'node:net';

const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/**
 * An address in the one spelling the suite uses: no zone, IPv4 never as `::ffff:`, IPv6 in its shortest form.
 * Undefined for anything that is no address.
 */
export function normalizeAddress(text: string): string | undefined {
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  if (isIPv4(address)) return address;
  if (isIP(address) === 0) return undefined;
  const [, dotted, high, low] = mapped.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  if (high !== undefined && low !== undefined) {
    const bits = [parseInt(high, 16), parseInt(low, 16)];
    return bits.flatMap((pair) => [pair >> 8, pair & 255]).join('.');
  }
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Reads a comma list of addresses and CIDR ranges. Throws a TypeError that names the first faulty entry. */
export function parseTrustedProxies(list: string): BlockList {
  const trusted = new BlockList();
  for (const entry of list.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [address = '', bits] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const widest = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? widest : Number(bits);
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits ?? '0') || prefix > widest)
      throw new TypeError(`TRUSTED_PROXIES: ${entry} is neither an address nor a CIDR range`);
    trusted.addSubnet(address, prefix, family);
  }
  return trusted;
}

/**
 * The caller: the rightmost hop that is not a trusted proxy. Every hop left of it is the caller's own claim.
 * An unreadable hop ends the walk at the proxy that reported it, which is the last address known to be true.
 */
export function createAddressResolver(
  trusted: BlockList,
): (socketAddress: string | undefined, forwardedFor: string | undefined) => string {
  const isTrusted = (address: string) => trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return (socketAddress, forwardedFor) => {
    // Undefined once the peer is gone: nobody reads the answer then.
    let known = normalizeAddress(socketAddress ?? '') ?? '0.0.0.0';
    if (forwardedFor === undefined || !isTrusted(known)) return known;
    for (const hop of forwardedFor.split(',').reverse()) {
      const address = normalizeAddress(withoutPort(hop.trim()));
      if (address === undefined) return known;
      known = address;
      if (!isTrusted(known)) return known;
    }
    return known;
  };
}

/** Some proxies report `192.0.2.1:4711` and `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(hop) ?? [];
  return bracketed ?? dotted ?? hop;
}
