import { describe, expect, it } from '@jest/globals';
import { BusyError, createBoundedQueue, type BoundedQueue } from './bounded-queue.ts';

/** A queue whose one place is taken until `free()`, and the order in which jobs began after that. */
function taken(maxWaiting: number, options: Parameters<typeof createBoundedQueue>[2] = {}) {
  const queue = createBoundedQueue(1, maxWaiting, options);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const first = queue.run(() => promise);
  const began: string[] = [];
  const wait = (key: string, name: string, abandoned?: AbortSignal) =>
    queue.run(
      () => {
        began.push(name);
        return Promise.resolve(name);
      },
      { key, abandoned },
    );
  return { queue, first, began, wait, free: () => resolve(undefined), fail: reject };
}

/** Each name whose job was done, and the name of the error of every other. */
async function outcomes(jobs: readonly Promise<string>[]): Promise<string[]> {
  const settled = await Promise.allSettled(jobs);
  return settled.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as Error).name));
}

async function isIdle(queue: BoundedQueue): Promise<boolean> {
  // One whose place was lost would leave this one waiting.
  return (await Promise.all([queue.run(async () => true), queue.run(async () => true)])).every(Boolean);
}

describe('createBoundedQueue', () => {
  it('runs so many at a time, in the order they came', async () => {
    const queue = createBoundedQueue(2, 10);
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const job = (n: number) => () =>
      new Promise<number>((resolve) => {
        started.push(n);
        most = Math.max(most, ++running);
        setTimeout(() => {
          running--;
          resolve(n);
        }, 5);
      });
    const results = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => queue.run(job(n))));
    expect(results).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it('hands the place of a failed job on', async () => {
    const queue = createBoundedQueue(1, 1);
    const failing = queue.run(() => Promise.reject(new Error('no')));
    const next = queue.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await queue.run(() => Promise.resolve('again'))).toBe('again');
  });
});

describe('turns', () => {
  it('go round the keys, however many of one came first', async () => {
    const { wait, free, began, queue } = taken(10);
    const jobs = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => wait(name.charAt(0), name));
    free();
    await Promise.all(jobs);
    expect(began).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
    expect(await isIdle(queue)).toBe(true);
  });

  it('are refused beyond the bound: to the key that has all places while it is alone', async () => {
    const { wait, free, queue } = taken(3);
    const jobs = ['a1', 'a2', 'a3', 'a4'].map((name) => wait('a', name));
    free();
    expect(await outcomes(jobs)).toEqual(['a1', 'a2', 'a3', 'BusyError']);
    expect(await isIdle(queue)).toBe(true);
  });

  it('are taken from the newest of the longest where another key comes, until the shares are even', async () => {
    const { wait, free, began } = taken(4);
    const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => wait('a', name));
    const others = ['b1', 'b2', 'b3'].map((name) => wait('b', name));
    const more = wait('a', 'a5');
    free();
    expect(await outcomes(flood)).toEqual(['a1', 'a2', 'BusyError', 'BusyError']);
    expect(await outcomes(others)).toEqual(['b1', 'b2', 'BusyError']);
    expect(await outcomes([more])).toEqual(['BusyError']);
    expect(began).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('that do not come in time are refused, and given to nobody', async () => {
    const { wait, free, began, queue } = taken(10, { maxWaitMs: 20 });
    expect(await outcomes([wait('a', 'a1'), wait('b', 'b1')])).toEqual(['BusyError', 'BusyError']);
    free();
    expect(await isIdle(queue)).toBe(true);
    expect(began).toEqual([]);
  });

  it('are not for who has left, before or after', async () => {
    const { wait, free, began, queue } = taken(2);
    const leaving = new AbortController();
    const jobs = [wait('a', 'a1', leaving.signal), wait('a', 'a2')];
    leaving.abort();
    // The place is free again at once.
    jobs.push(wait('b', 'b1'), wait('b', 'b2', AbortSignal.abort()));
    free();
    expect(await outcomes(jobs)).toEqual(['BusyError', 'a2', 'b1', 'BusyError']);
    expect(began).toEqual(['a2', 'b1']);
    expect(await isIdle(queue)).toBe(true);
  });

  it('are not for who leaves in the moment it comes', async () => {
    const { wait, first, free, began, queue } = taken(2);
    const leaving = new AbortController();
    const job = wait('a', 'a1', leaving.signal);
    // Behind the job that ends, before the one that follows.
    void first.then(() => leaving.abort());
    free();
    await outcomes([job]);
    expect(await isIdle(queue)).toBe(true);
    expect(began.length).toBeLessThanOrEqual(1);
  });

  it('of all who wait end with an error that each of them would meet', async () => {
    const away = new Error('the database is away');
    const { wait, first, fail, began, queue } = taken(10, { endsWaiting: (error) => error === away });
    const jobs = [wait('a', 'a1'), wait('b', 'b1')];
    fail(away);
    await expect(first).rejects.toBe(away);
    for (const job of jobs) await expect(job).rejects.toBe(away);
    expect(began).toEqual([]);
    expect(await isIdle(queue)).toBe(true);
    const error = new BusyError();
    await expect(queue.run(() => Promise.reject(error))).rejects.toBe(error);
  });
});
