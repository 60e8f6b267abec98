import { describe, expect, it } from '@jest/globals';
import { sampleSeparation } from './sample-separation.ts';

describe('sampleSeparation', () => {
  it('is 0.5 for samples that cannot be told apart', () => {
    expect(sampleSeparation([1, 2, 3, 4], [1, 2, 3, 4]).auc).toBe(0.5);
    expect(sampleSeparation([7, 7], [7, 7, 7]).auc).toBe(0.5);
  });

  it('is 1 when the first is always larger, 0 when it is always smaller', () => {
    expect(sampleSeparation([5, 6], [1, 2, 3])).toEqual({ auc: 1, medians: [6, 2] });
    expect(sampleSeparation([1, 2, 3], [5, 6]).auc).toBe(0);
  });

  it('counts pairs: 3 of 4', () => {
    expect(sampleSeparation([2, 4], [1, 3]).auc).toBe(0.75);
  });

  it('refuses an empty sample', () => {
    expect(() => sampleSeparation([], [1])).toThrow(RangeError);
  });
});
