import { type Bus, ingestSubject } from '../packages/events/src/index.ts';

/** Events of one request to audit, as a full relay sends them. */
export const batchRows = 500;

/**
 * Sends what was made beforehand until the time is over, as four services do: each has one request under way, as its relay
 * has, and each is answered after audit's commit.
 *
 * @returns how many events were taken, and in how many seconds
 */
export async function sendBatches(
  bus: Bus,
  batches: Buffer[],
  forSeconds: number,
): Promise<{ events: number; seconds: number }> {
  const from = performance.now();
  let events = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (
        let next = batches.pop();
        next && performance.now() - from < forSeconds * 1_000;
        next = batches.pop()
      ) {
        await bus.request(ingestSubject, next, { timeoutMs: 10_000 });
        events += batchRows;
      }
    }),
  );
  return { events, seconds: (performance.now() - from) / 1_000 };
}
