import type { ResourceLimits } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { BusyError } from './bounded-queue.ts';
import type { HashWork } from './hash-work.ts';

/** Nobody waits for a hash as somebody waits for a decision: whatever else has work to do goes first. */
const lowestPriority = 19;
/** After that no caller waits: the gateway has answered in its stead. */
const mostMs = 15_000;

export interface HashThreads {
  /** The new hash for `hash`, whether the password is the one for `compare`. Rejects with BusyError where no thread did it. */
  run(work: Extract<HashWork, { kind: 'hash' }>): Promise<string>;
  run(work: Extract<HashWork, { kind: 'compare' }>): Promise<boolean>;
}

/** How long a machine that has left nothing over for a hash is taken to leave nothing over. */
const busyForMs = 60_000;

/**
 * Threads of their own for password hashes, of the lowest priority and class the system has (ADR 0041). libuv's pool would
 * run them beside the event loop as its equals, and keep DNS, files and signatures waiting. The first hash starts a
 * thread; one that has nothing to do for a minute ends.
 *
 * What has nothing but the time that all others leave over may wait for ever. A hash that is not done within `patienceMs` is
 * given to a thread of the lowest priority, which has its share however small, and so are those of the next minute.
 */
export function createHashThreads(
  most: number,
  {
    patienceMs = 3_000,
    idleFile = new URL('./idle-hash-work.ts', import.meta.url),
  }: { readonly patienceMs?: number; readonly idleFile?: URL } = {},
): HashThreads {
  const idle = createThreadsOf({ most, file: idleFile, mostMs: patienceMs });
  const ordinary = createThreadsOf({
    most,
    file: new URL('./hash-work.ts', import.meta.url),
    mostMs: mostMs - patienceMs,
  });
  let busyUntil = 0;

  async function run(work: HashWork): Promise<never> {
    // Each kind of work has its own type of answer; see `HashThreads`.
    if (performance.now() < busyUntil) return (await ordinary.run(work as never)) as never;
    try {
      return (await idle.run(work as never)) as never;
    } catch {
      busyUntil = performance.now() + busyForMs;
      return (await ordinary.run(work as never)) as never;
    }
  }

  return { run };
}

/** The same, for any module that has a `carryOut`. */
export function createThreadsOf({
  most,
  file,
  mostMs: ownMostMs = mostMs,
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
    const timer = setTimeout(() => given.abort(new Error('No thread did it in time')), ownMostMs).unref();
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
