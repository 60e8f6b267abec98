import { describe, expect, it } from '@jest/globals';
import { createRefusedRecords } from './refused-records.ts';

function setUp() {
  let nowMs = 1_000;
  const refused = createRefusedRecords(() => nowMs);
  return { refused, pass: (ms: number) => void (nowMs += ms) };
}

describe('a refused record', () => {
  it('is tried again after pauses that double up to half a minute; others are due all the time', () => {
    const { refused, pass } = setUp();
    const pauses: number[] = [];
    for (let time = 0; time < 8; time++) {
      expect(refused.isDue(7n)).toBe(true);
      refused.refuse(7n);
      let waited = 0;
      while (!refused.isDue(7n)) {
        pass(500);
        waited += 500;
      }
      pauses.push(waited);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    refused.refuse(7n);
    expect([refused.isDue(7n), refused.isDue(8n)]).toEqual([false, true]);
  });

  it('is forgotten once it waits no more', () => {
    const { refused } = setUp();
    for (const seq of [1n, 2n]) refused.refuse(seq);
    refused.keep(new Set([2n]));
    expect([refused.isDue(1n), refused.isDue(2n)]).toEqual([true, false]);
  });
});
