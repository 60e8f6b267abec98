import type { ResourceLimits } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { BusyError } from './bounded-queue.ts';
import type { HashWork } from './hash-work.ts';

/** Nobody waits for a hash as somebody waits for a decision: whatever else has work to do goes first. */
const lowestPriority = 19;

export interface HashThreads {
  /** The new hash for `hash`, whether the password is the one for `compare`. Rejects with BusyError where no thread did it. */
  run(work: Extract<HashWork, { kind: 'hash' }>): Promise<string>;
  run(work: Extract<HashWork, { kind: 'compare' }>): Promise<boolean>;
}

/**
 * Threads of their own for password hashes, at the lowest priority the system has (ADR 0041). libuv's pool would run
 * them beside the event loop as its equals, and keep DNS, files and signatures waiting. The first hash starts a
 * thread; one that has nothing to do for a minute ends.
 */
export function createHashThreads(most: number): HashThreads {
  return createThreadsOf({ most, file: new URL('./hash-work.ts', import.meta.url) });
}

/** The same, for any module that has a `carryOut`. */
export function createThreadsOf({
  most,
  file,
  // After that no caller waits: the gateway has answered in its stead.
  mostMs = 15_000,
  resourceLimits = {},
}: {
  readonly most: number;
  readonly file: URL;
  readonly mostMs?: number;
  readonly resourceLimits?: ResourceLimits;
}): HashThreads {
  const threads = new Piscina<HashWork, string | boolean>({
    filename: file.href,
    name: 'carryOut',
    minThreads: 0,
    maxThreads: most,
    idleTimeout: 60_000,
    niceIncrement: lowestPriority,
    resourceLimits,
  });
  const underWay = new Set<AbortController>();
  // A thread that ends before it is ready has no task yet: piscina emits its error, and leaves the task that it was
  // started for in its queue, until a later one starts a thread that lives.
  threads.on('error', (error: unknown) => {
    for (const each of underWay) each.abort(error);
  });

  async function run(work: HashWork): Promise<never> {
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(new Error('No thread did it in time')), mostMs).unref();
    underWay.add(given);
    try {
      // A thread answers each kind of work with its own type; see hash-work.ts.
      return (await threads.run(work, { signal: given.signal })) as never;
    } catch (cause) {
      // Where the system has no thread to give this throws with the task in the queue already: nobody is to do it later.
      given.abort(cause);
      throw new BusyError('no thread has computed the hash', { cause });
    } finally {
      clearTimeout(timer);
      underWay.delete(given);
    }
  }

  return { run };
}
