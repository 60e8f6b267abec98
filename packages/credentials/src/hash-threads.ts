import { Piscina } from 'piscina';
import type { HashWork } from './hash-work.ts';

/** Nobody waits for a hash as somebody waits for a decision: whatever else has work to do goes first. */
const lowestPriority = 19;

export interface HashThreads {
  /** The new hash for `hash`, whether the password is the one for `compare`. */
  run(work: Extract<HashWork, { kind: 'hash' }>): Promise<string>;
  run(work: Extract<HashWork, { kind: 'compare' }>): Promise<boolean>;
}

/**
 * Threads of their own for password hashes, at the lowest priority the system has (ADR 0041). libuv's pool would run
 * them beside the event loop as its equals, and keep DNS, files and signatures waiting. The first hash starts a
 * thread; one that has nothing to do for a minute ends.
 */
export function createHashThreads(most: number): HashThreads {
  const threads = new Piscina<HashWork, string | boolean>({
    filename: new URL('./hash-work.ts', import.meta.url).href,
    name: 'carryOut',
    minThreads: 0,
    maxThreads: most,
    idleTimeout: 60_000,
    niceIncrement: lowestPriority,
  });
  // A thread answers each kind of work with its own type; see hash-work.ts.
  return { run: (work: HashWork) => threads.run(work) as Promise<never> };
}
