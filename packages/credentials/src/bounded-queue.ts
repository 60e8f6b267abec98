import { WaitingLanes } from './waiting-lanes.ts';

/** Thrown when work cannot be done soon, or for nobody any more. The caller answers 503 with Retry-After. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly code = 'busy';

  constructor(message = 'too much work is waiting', options?: ErrorOptions) {
    super(message, options);
  }
}

/** For whom a job is done. */
export interface Turn {
  /** Whose share of the turns it takes, e.g. the id of an app. Without one: that of all who have none. */
  readonly key?: string;
  /** Aborted when nobody waits for the result any more. */
  readonly abandoned?: AbortSignal | undefined;
}

export interface BoundedQueue {
  /**
   * Rejects with BusyError when too many wait, when its turn does not come in time or `abandoned` comes first, else as the
   * job does.
   */
  run<T>(job: () => Promise<T>, turn?: Turn): Promise<T>;
}

export interface BoundedQueueOptions {
  /** After so long nobody is kept waiting; default 14.5 s, just less than the gateway waits where passwords are hashed. */
  readonly maxWaitMs?: number;
  /** Whether an error of one job says that those who wait would fail as it did: they are refused with it, at once. */
  readonly endsWaiting?: (error: unknown) => boolean;
}

interface Waiter {
  start(): void;
  refuse(error: Error): void;
}

/**
 * Runs at most `concurrency` jobs at a time and lets at most `maxWaiting` wait, so that neither memory nor waiting times
 * grow without bound. Those who wait are served by turns of their keys, each key first come first served. One key may fill
 * all places while no other wants them; when another comes then, the newest of the key that has most of them gives way.
 */
export function createBoundedQueue(
  concurrency: number,
  maxWaiting: number,
  { maxWaitMs = 14_500, endsWaiting = () => false }: BoundedQueueOptions = {},
): BoundedQueue {
  const waiting = new WaitingLanes<Waiter>();
  let running = 0;

  async function run<T>(job: () => Promise<T>, { key = '', abandoned }: Turn = {}): Promise<T> {
    assertAwaited(abandoned);
    if (running < concurrency) running++;
    // The finishing job hands its place on, so `running` is not counted down and up again.
    else await place(key, abandoned);
    try {
      assertAwaited(abandoned);
      return await job();
    } catch (error) {
      if (endsWaiting(error)) for (const waiter of waiting.drain()) waiter.refuse(error as Error);
      throw error;
    } finally {
      const next = waiting.next();
      if (next) next.start();
      else running--;
    }
  }

  function place(key: string, abandoned: AbortSignal | undefined): Promise<void> {
    if (waiting.size >= maxWaiting) {
      const other = waiting.giveWayTo(key);
      if (!other) throw new BusyError();
      other.refuse(new BusyError());
    }
    return new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        abandoned?.removeEventListener('abort', leave);
        end();
      };
      const waiter: Waiter = {
        start: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      function leave(): void {
        waiting.remove(key, waiter);
        waiter.refuse(new BusyError());
      }
      const timer = setTimeout(leave, maxWaitMs).unref();
      abandoned?.addEventListener('abort', leave);
      waiting.add(key, waiter);
    });
  }

  return { run };
}

/** @throws BusyError when nobody waits for the result any more: nobody sees it, then. */
export function assertAwaited(abandoned: AbortSignal | undefined): void {
  if (abandoned?.aborted === true) throw new BusyError('nobody waits for it any more');
}
