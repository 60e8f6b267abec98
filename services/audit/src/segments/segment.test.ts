import { describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { firstSegmentOf, isBeyond, segmentAfter, segmentEnd, segmentOf } from './segment.ts';

describe('segments', () => {
  it.each([
    [202611, 1, 202612],
    [202612, 1, 202701],
    [202601, -1, 202512],
    [202611, 0, 202611],
    [202611, 26, 202901],
    [202611, -23, 202412],
  ])('%d and %d months are %d', (from, months, expected) => {
    expect(segmentAfter(from, months)).toBe(expected);
  });

  it('are months of UTC', () => {
    expect(segmentOf(new Date('2026-11-30T23:59:59.999Z'))).toBe(202611);
    expect(segmentEnd(202611)).toEqual(new Date('2026-12-01T00:00:00Z'));
    expect(segmentEnd(202612)).toEqual(new Date('2027-01-01T00:00:00Z'));
  });

  it('an event stands in none before the month its id was made in, but for a month of skew', () => {
    expect(firstSegmentOf('aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V')).toBe(202401);
    const now = segmentOf(new Date());
    expect(firstSegmentOf(createId('aud_'))).toBe(segmentAfter(now, -1));
    expect(firstSegmentOf(`raw_${'0'.repeat(64)}`)).toBe(0);
  });

  it('what claims to be from the future is known', () => {
    const now = segmentOf(new Date());
    expect(
      [now, segmentAfter(now, -1), segmentAfter(now, -2)].map((at) => isBeyond(createId('aud_'), at)),
    ).toEqual([false, false, true]);
    expect(isBeyond('aud_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', now)).toBe(true);
  });
});
