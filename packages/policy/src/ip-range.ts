/** An address as its bytes: 4 for v4, 16 for v6. IPv4-mapped v6 addresses count as v4. */
type Address = readonly number[];

interface Range {
  address: Address;
  prefixBits: number;
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** True for an address or a CIDR range, v4 or v6, e.g. `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`. */
export function isIpRange(text: string): boolean {
  return parseRange(text) !== null;
}

/**
 * An address or a range in the one form in which addresses are kept: IPv4-mapped v6 ones, however written, as v4; a range of one
 * address as that address. `null` for what is neither.
 */
export function canonicalIpRange(text: string): string | null {
  const range = parseRange(text);
  if (range === null) return null;
  const { address, prefixBits } = range;
  const written = address.length === 4 ? address.join('.') : text.replace(/\/.*/, '');
  return prefixBits === address.length * 8 ? written : `${written}/${prefixBits}`;
}

/** Whether the address lies in the range. Malformed text on either side: no. */
export function ipRangeCovers(range: string, ip: string): boolean {
  const parsed = parseRange(range);
  const address = parseAddress(ip);
  if (parsed === null || address === null || parsed.address.length !== address.length) return false;
  return parsed.address.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, parsed.prefixBits - i * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((address[i] as number) & mask);
  });
}

function parseRange(text: string): Range | null {
  if (text.length > 49) return null;
  const slash = text.indexOf('/');
  const written = slash === -1 ? text : text.slice(0, slash);
  const address = parseAddress(written);
  if (address === null) return null;
  if (slash === -1) return { address, prefixBits: address.length * 8 };
  const prefix = text.slice(slash + 1);
  if (!OCTET.test(prefix)) return null;
  // `::ffff:10.0.0.0/104` is written in v6's 128 bits, but its address has become a v4 one.
  const prefixBits = Number(prefix) - (address.length === 4 && written.includes(':') ? 96 : 0);
  return prefixBits >= 0 && prefixBits <= address.length * 8 ? { address, prefixBits } : null;
}

function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  if (!text.includes(':')) return parseV4(text);
  const bytes = parseV6(text);
  const isMapped =
    bytes !== null && bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12) : bytes;
}

function parseV4(text: string): number[] | null {
  const octets = text.split('.');
  // No leading zeros: some readers take them for octal, and then two readers see two addresses.
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return null;
  return octets.map(Number);
}

function parseV6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] as string, true) : [];
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group of zeros.
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInV4: boolean): number[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (GROUP.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      const v4 = mayEndInV4 && i === groups.length - 1 ? parseV4(group) : null;
      if (v4 === null) return null;
      bytes.push(...v4);
    }
  }
  return bytes;
}
