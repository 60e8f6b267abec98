import { describe, expect, it } from '@jest/globals';
import type { PendingRecord } from './directory-record.ts';
import { splitRecords } from './split-records.ts';

const pending = (seq: number, size = 0): PendingRecord => ({
  seq: BigInt(seq),
  record: {
    kind: 'role',
    id: 'role_1',
    app_id: 'app_1',
    version: seq,
    deleted: false,
    data: { name: 'x'.repeat(size), permissions: [] },
  },
});
const seqs = (groups: PendingRecord[][]) => groups.map((group) => group.map(({ seq }) => Number(seq)));

describe('splitRecords', () => {
  it('keeps the order and fills each group', () => {
    const records = [1, 2, 3, 4, 5].map((seq) => pending(seq));
    expect(seqs(splitRecords(records, { records: 2, bytes: 1e6 }))).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('begins a new group before the bytes are too many', () => {
    const records = [pending(1, 600), pending(2, 600), pending(3), pending(4, 600)];
    const groups = splitRecords(records, { records: 100, bytes: 1000 });
    expect(seqs(groups)).toEqual([[1], [2, 3], [4]]);
    for (const group of groups) {
      expect(JSON.stringify(group.map(({ record }) => record)).length).toBeLessThanOrEqual(1001);
    }
  });

  it('leaves a record that is too large alone in its group, where its refusal holds up no other', () => {
    expect(
      seqs(splitRecords([pending(1), pending(2, 2000), pending(3)], { records: 100, bytes: 1000 })),
    ).toEqual([[1], [2], [3]]);
  });

  it('makes nothing of nothing', () => {
    expect(splitRecords([], { records: 1, bytes: 1 })).toEqual([]);
  });
});
