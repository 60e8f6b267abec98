import type { PendingRecord } from './directory-record.ts';

/** What one call to the tokens service takes: 500 records, and a body of a megabyte with room to spare. */
export const callLimits = { records: 500, bytes: 900_000 };

/** Records in their order, in groups that fit one call to the tokens service. */
export function splitRecords(
  pending: readonly PendingRecord[],
  limits: { readonly records: number; readonly bytes: number },
): PendingRecord[][] {
  const groups: PendingRecord[][] = [];
  let bytes = 0;
  for (const each of pending) {
    const size = Buffer.byteLength(JSON.stringify(each.record)) + 1;
    const group = groups.at(-1);
    if (!group || group.length >= limits.records || bytes + size > limits.bytes) {
      groups.push([each]);
      bytes = size;
    } else {
      group.push(each);
      bytes += size;
    }
  }
  return groups;
}
