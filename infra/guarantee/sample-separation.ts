/** How far two samples can be told apart. */
export interface Separation {
  /**
   * The chance that a value of the first is larger than one of the second (Mann-Whitney U over the number of pairs; the
   * area under the ROC curve of the best guess by one call). 0.5: not at all; 0 or 1: always.
   */
  readonly auc: number;
  readonly medians: readonly [number, number];
}

/** @throws RangeError when a sample is empty */
export function sampleSeparation(first: readonly number[], second: readonly number[]): Separation {
  if (first.length === 0 || second.length === 0) throw new RangeError('a sample is empty');
  const ranked = [
    ...first.map((value) => ({ value, of: 0 })),
    ...second.map((value) => ({ value, of: 1 })),
  ].sort((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let start = 0; start < ranked.length;) {
    let end = start;
    while (ranked[end]?.value === ranked[start]?.value) end++;
    // Ties share the middle of their ranks.
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) if (ranked[at]?.of === 0) rankSum += rank;
    start = end;
  }
  const u = rankSum - (first.length * (first.length + 1)) / 2;
  return { auc: u / (first.length * second.length), medians: [median(first), median(second)] };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
