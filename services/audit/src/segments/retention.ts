import { segmentOf } from './segment.ts';
import type { SegmentStore } from './segment-store.ts';

/** How long rows are kept. */
export interface RetentionRules {
  /** Days by log; a log that is not among them is kept for ever. */
  daysOf(logs: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export interface Retired {
  readonly segments: number;
  readonly rows: number;
  readonly partitions: number;
}

/** The least that any rule may say: what the database does not go below either. */
export const leastDays = 30;
const logsAtOnce = 200;
const rowsAtOnce = 20_000;
const dayMs = 86_400_000;

/** The first segment that is kept: all of whose rows before it were chained that many days ago and more. */
export function firstKept(now: Date, days: number): number {
  return segmentOf(new Date(now.getTime() - Math.max(days, leastDays) * dayMs));
}

/**
 * Retires whole months of every log that are past its days, removes their rows a few at a time so that nobody waits for
 * it, and drops partitions that are empty. May be broken off anywhere: the next round goes on. One log that cannot be
 * retired yet is told of and holds up no other.
 */
export async function applyRetention(
  store: SegmentStore,
  rules: RetentionRules,
  {
    now,
    isStopped,
    onError,
  }: {
    readonly now: Date;
    readonly isStopped: () => boolean;
    readonly onError: (error: unknown) => void;
  },
): Promise<Retired> {
  let segments = 0;
  let rows = 0;
  const horizon = firstKept(now, leastDays);
  for (let above = ''; !isStopped();) {
    const logs = await store.withRowsBefore(horizon, above, logsAtOnce);
    const last = logs.at(-1);
    if (last === undefined) break;
    above = last;
    const days = await rules.daysOf(logs);
    for (const log of logs) {
      const kept = days.get(log);
      if (kept === undefined || isStopped()) continue;
      segments += await store.retire(log, firstKept(now, kept)).catch((error: unknown) => {
        onError(error);
        return 0;
      });
    }
  }
  while (!isStopped()) {
    const removed = await store.removeRetired(rowsAtOnce);
    if (removed === null) break;
    rows += removed;
  }
  return { segments, rows, partitions: isStopped() ? 0 : await store.dropEmpty() };
}
