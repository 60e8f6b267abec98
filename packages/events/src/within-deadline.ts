import { OutboxUnavailable } from './outbox-unavailable.ts';

/** The work's result, or `OutboxUnavailable` when it takes longer. The work itself goes on: nobody waits for it. */
export async function withinDeadline<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OutboxUnavailable('timeout')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
