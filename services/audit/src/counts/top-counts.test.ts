import { describe, expect, it } from '@jest/globals';
import { topCounts } from './top-counts.ts';

const count = (day: string, name: string, rows: number) => ({ day, name, rows });

describe('topCounts', () => {
  it('names the most frequent of all days, and puts the others together', () => {
    const counts = [
      count('2026-11-02', 'b', 1),
      count('2026-11-02', 'a', 5),
      count('2026-11-01', 'c', 2),
      count('2026-11-01', 'd', 2),
      count('2026-11-01', 'b', 4),
    ];
    expect(topCounts(counts, 2)).toEqual([
      { day: '2026-11-01', name: 'b', rows: 4 },
      { day: '2026-11-01', name: null, rows: 4 },
      { day: '2026-11-02', name: 'a', rows: 5 },
      { day: '2026-11-02', name: 'b', rows: 1 },
    ]);
    expect(topCounts(counts, 4).every(({ name }) => name !== null)).toBe(true);
    expect(topCounts([], 4)).toEqual([]);
  });
});
