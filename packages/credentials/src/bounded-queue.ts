/** Thrown when a queue is full. The caller answers 503 with Retry-After. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly code = 'busy';

  constructor() {
    super('too much work is waiting');
  }
}

export interface BoundedQueue {
  /** Rejects with BusyError when too many wait, else as the job does. */
  run<T>(job: () => Promise<T>): Promise<T>;
}

/**
 * Runs at most `concurrency` jobs at a time, first come first served, and lets at most `maxWaiting` wait: beyond that
 * it rejects at once with BusyError, so that neither memory nor waiting times grow without bound.
 */
export function createBoundedQueue(concurrency: number, maxWaiting: number): BoundedQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function run<T>(job: () => Promise<T>): Promise<T> {
    if (running < concurrency) {
      running++;
    } else {
      if (waiting.length >= maxWaiting) throw new BusyError();
      // The finishing job hands its place on, so `running` is not counted down and up again.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return { run };
}
