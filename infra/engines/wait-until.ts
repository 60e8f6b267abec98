import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../processes/child.ts';

/**
 * Tries `probe` until it does not throw.
 * @throws with the last failure when `timeoutMs` have passed or the process has exited
 */
export async function waitUntil(
  what: string,
  child: Child,
  probe: () => Promise<void>,
  timeoutMs = 20_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (!child.running) {
        const exit = await child.exited;
        throw new Error(`${what} stopped while starting (${exit.signal ?? `exit code ${exit.code}`})`, {
          cause: error,
        });
      }
      if (performance.now() >= end)
        throw new Error(`${what} does not answer after ${timeoutMs / 1000} s`, { cause: error });
      await delay(40);
    }
  }
}
