/**
 * Aborts on the first SIGINT, SIGTERM or SIGHUP, and when the launcher that started us is gone. Later ones are
 * swallowed: Ctrl-C reaches a foreground process both from the terminal and from its parents.
 */
export function stopRequests(): AbortSignal {
  const controller = new AbortController();
  const request = (): void => controller.abort(new Error('stopped before it was ready'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, request);
  if (process.connected === true) {
    process.once('disconnect', request);
    process.channel?.unref(); // only a line to the launcher, no reason to stay
  }
  return controller.signal;
}

/** Resolves once the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
