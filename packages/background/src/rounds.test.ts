import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pruning } from './pruning.ts';
import { Rounds, type RoundsOptions } from './rounds.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((each) => each.stop()))));

function roundsWith(run: RoundsOptions['run'], options: Partial<RoundsOptions> = {}) {
  const errors: unknown[] = [];
  const rounds = new Rounds({
    ...{ run, everyMs: 5, firstAfterMs: 0, onError: (error: unknown) => void errors.push(error) },
    ...options,
  });
  running.push(rounds);
  return { rounds, errors };
}

/** Resolves when it holds; fails the test by its time otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

describe('Rounds', () => {
  it('never begins a round before the last one has ended, and waits in between', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const { rounds } = roundsWith(
      async () => {
        begun.push(performance.now());
        await sleep(25);
        ended.push(performance.now());
      },
      { everyMs: 10 },
    );
    rounds.start();
    rounds.start();
    await until(() => ended.length >= 3);
    // A timer may fire up to a millisecond before its time.
    for (const [n, end] of ended.slice(0, 2).entries()) expect(begun[n + 1]).toBeGreaterThanOrEqual(end + 8);
  });

  it('comes again after a round that failed, and tells of it', async () => {
    let count = 0;
    const { rounds, errors } = roundsWith(async () => {
      if (++count < 3) throw new Error(`round ${count}`);
    });
    rounds.start();
    await until(() => count >= 4);
    expect(errors).toEqual([new Error('round 1'), new Error('round 2')]);
  });

  it('lets a round say when the next one is due', async () => {
    let count = 0;
    const { rounds } = roundsWith(async () => (++count < 3 ? 0 : undefined), { everyMs: 60_000 });
    rounds.start();
    await until(() => count === 3);
    await sleep(20);
    expect(count).toBe(3);
  });

  it('waits for the time between two rounds before the first, unless told otherwise', async () => {
    let count = 0;
    const rounds = new Rounds({ run: async () => void count++, everyMs: 60_000, onError: () => undefined });
    running.push(rounds);
    rounds.start();
    await sleep(20);
    expect(count).toBe(0);
  });

  it('stops after the round under way, and not before', async () => {
    const steps: string[] = [];
    const { rounds } = roundsWith(async () => {
      steps.push('begun');
      await sleep(30);
      steps.push(rounds.stopped ? 'ended, told to stop' : 'ended');
    });
    rounds.start();
    await until(() => steps.length > 0);
    await rounds.stop();
    expect(steps).toEqual(['begun', 'ended, told to stop']);
    await sleep(20);
    expect(steps).toHaveLength(2);
  });

  it('begins nothing once stopped, also where nothing had begun', async () => {
    let count = 0;
    const { rounds } = roundsWith(async () => void count++);
    await rounds.stop();
    rounds.start();
    await sleep(20);
    expect(count).toBe(0);
  });
});

describe('Pruning', () => {
  it('goes on with the other stores where one fails, and comes again', async () => {
    const pruned = [0, 0];
    const errors: unknown[] = [];
    const stores = [
      { prune: () => Promise.reject(new Error('away')) },
      ...pruned.map((_, n) => ({ prune: async () => (pruned[n] = (pruned[n] ?? 0) + 1) })),
    ];
    const pruning = new Pruning(stores, (error) => void errors.push(error), 2);
    running.push(pruning);
    pruning.start();
    await until(() => pruned.every((count) => count >= 2));
    expect(errors.length).toBeGreaterThanOrEqual(2);
  });
});
