import { describe, expect, it } from '@jest/globals';
import { createBoundedQueue } from './bounded-queue.ts';

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
