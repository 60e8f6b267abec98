import { isIPv4 } from 'node:net';

/**
 * The bytes of an address: 4 or 16, in the order of the network (RFC 4291, section 2.2).
 *
 * @param address what `node:net` takes for one, without a zone
 */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return new Uint8Array(address.split('.').map(Number));
  const [front = '', back] = address.split('::');
  const [before, after] = [groupsOf(front), groupsOf(back ?? '')];
  const bytes = new Uint8Array(16);
  bytes.set(before);
  bytes.set(after, 16 - after.length);
  return bytes;
}

/** Two bytes of each group; the last may be written as IPv4. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
