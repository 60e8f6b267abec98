/**
 * Which pending records the tokens service has refused, and when each may be tried again. A tokens service that is older than
 * this one refuses what it does not know and takes it once it has been upgraded; until then such records must not keep
 * the relay busy.
 */
export interface RefusedRecords {
  /** Whether a record is to be sent now: it was never refused, or long enough ago. */
  isDue(seq: bigint): boolean;
  refuse(seq: bigint): void;
  /** Forgets all but these, the ones that still wait. */
  keep(seqs: ReadonlySet<bigint>): void;
}

const pauseMs = { first: 1_000, last: 30_000 };

/** @param now milliseconds of a monotonic clock */
export function createRefusedRecords(now: () => number): RefusedRecords {
  const refused = new Map<bigint, { times: number; until: number }>();
  return {
    isDue: (seq) => (refused.get(seq)?.until ?? 0) <= now(),
    refuse(seq) {
      const times = (refused.get(seq)?.times ?? 0) + 1;
      const pause = Math.min(pauseMs.first * 2 ** (times - 1), pauseMs.last);
      refused.set(seq, { times, until: now() + pause });
    },
    keep(seqs) {
      for (const seq of refused.keys()) if (!seqs.has(seq)) refused.delete(seq);
    },
  };
}
