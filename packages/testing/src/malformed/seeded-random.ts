/** A repeatable source of choices. */
export interface SeededRandom {
  readonly seed: number;
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32. The seed comes from `PCFT_SEED`, else from the clock; whoever uses it prints it. */
export function seededRandom(seed = Number(process.env['PCFT_SEED'] ?? Date.now() % 2 ** 32)): SeededRandom {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    seed: seed >>> 0,
    below,
    pick: <T>(items: readonly T[]) => {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[below(items.length)] as T;
    },
  };
}
