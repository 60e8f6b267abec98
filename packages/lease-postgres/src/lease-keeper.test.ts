import { describe, expect, it } from '@jest/globals';
import { HolderRemoval, type Clock } from '@pcft/auth';
import { LeaseKeeper } from './lease-keeper.ts';

function keeperWith(closed: () => string[]) {
  const clock: Clock & { time: number } = {
    time: 0,
    now() {
      return this.time;
    },
    setTimer: () => () => {},
  };
  const deleted: string[][] = [];
  const noticed: string[] = [];
  let pruned = 0;
  const keeper = new LeaseKeeper({
    leases: {
      epoch: async () => 'e1',
      closeSilent: async () => closed(),
      deleteClosed: async (holders) => void deleted.push([...holders]),
    },
    removal: new HolderRemoval(clock),
    pruneLog: async () => ++pruned,
    noticeEpoch: (epoch) => noticed.push(epoch),
    onError: (error) => {
      throw error;
    },
  });
  return { keeper, clock, deleted, noticed, pruned: () => pruned };
}

describe('LeaseKeeper', () => {
  it('deletes a holder only after it has itself seen it closed for W', async () => {
    const { keeper, clock, deleted } = keeperWith(() => ['lh_1']);
    await keeper.sweep();
    clock.time = 1_099;
    await keeper.sweep();
    expect(deleted).toEqual([]);
    clock.time = 1_100;
    await keeper.sweep();
    expect(deleted).toEqual([['lh_1']]);
  });

  it('tells the barrier of the epoch in every round, and prunes once a minute', async () => {
    const { keeper, noticed, pruned } = keeperWith(() => []);
    await keeper.sweep();
    await keeper.sweep();
    expect(noticed).toEqual(['e1', 'e1']);
    expect(pruned()).toBe(1);
  });
});
