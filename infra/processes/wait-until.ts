import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';

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
        const how = exit.signal ?? `exit code ${exit.code}`;
        throw new Error(`${what} stopped while starting (${how}), see ${child.logFile}`, { cause: error });
      }
      if (performance.now() >= end) {
        const last = error instanceof Error ? error.message : String(error);
        throw new Error(`${what} is not ready after ${timeoutMs / 1000} s (${last}), see ${child.logFile}`, {
          cause: error,
        });
      }
      await delay(40);
    }
  }
}
