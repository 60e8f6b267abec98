import type { PastCall, PastCalls, PastCallsOf } from './past-calls.ts';

/** Which calls were looked at. */
export interface LookBack {
  readonly from: Date;
  readonly to: Date;
  readonly callsRead: number;
  /** False: there are older ones in the window. */
  readonly complete: boolean;
}

export interface LookBackBounds {
  readonly calls: number;
  readonly ms: number;
}

/** A quarter of a million calls, or five seconds of the database. */
const defaultBounds: LookBackBounds = { calls: 250_000, ms: 5_000 };

const dayMs = 86_400_000;

/** Shows calls to `see`, the newest first, until the window or a bound ends it. Nothing is kept here. */
export async function lookBack(
  calls: PastCalls,
  { log, patId, days }: Omit<PastCallsOf, 'since'> & { readonly days: number },
  see: (call: PastCall) => void,
  bounds: LookBackBounds = defaultBounds,
): Promise<LookBack> {
  const to = new Date();
  const since = new Date(to.getTime() - days * dayMs);
  const startedAt = performance.now();
  let callsRead = 0;
  for await (const page of calls.pages({ log, patId, since })) {
    for (const call of page) {
      if (callsRead >= bounds.calls) return { from: since, to, callsRead, complete: false };
      callsRead++;
      see(call);
    }
    // A page of thousands is a lot of work in one tick; whoever else waits goes first.
    await new Promise(setImmediate);
    if (performance.now() - startedAt > bounds.ms) return { from: since, to, callsRead, complete: false };
  }
  return { from: since, to, callsRead, complete: true };
}
