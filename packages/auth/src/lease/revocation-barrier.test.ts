import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock, settled } from '../../test/manual-clock.ts';
import { HolderRemoval, RevocationBarrier, type Passed } from './index.ts';

const row = (n: number) => ({ n, kind: 'credential' as const, id: 'pat_1' });

let clock: ManualClock;
let published: string[];
let readHolders: () => Promise<string[]>;
let barrier: RevocationBarrier;

beforeEach(async () => {
  clock = new ManualClock();
  published = [];
  readHolders = () => Promise.resolve(['lh_1', 'lh_2']);
  barrier = new RevocationBarrier({
    clock,
    publish: ({ epoch, n, kind, id }) => published.push(`${epoch} ${n} ${kind} ${id}`),
    readHolders: () => readHolders(),
  });
  barrier.noticeEpoch('e');
  await clock.advance(1100);
});

/** How the revoke has returned by now, if it has. */
function revoke(...numbers: number[]): { result: Passed | null } {
  const outcome: { result: Passed | null } = { result: null };
  const change = { epoch: 'e', rows: numbers.map(row), committedAt: clock.now() };
  void barrier.passed(change).then((result) => (outcome.result = result));
  return outcome;
}

describe('RevocationBarrier', () => {
  it('returns when every holder has acknowledged', async () => {
    const outcome = revoke(7);
    expect(published).toEqual(['e 7 credential pat_1']);
    await settled();
    barrier.acknowledge('lh_1', 7);
    await settled();
    expect(outcome.result).toBeNull();
    barrier.acknowledge('lh_2', 7);
    await settled();
    expect(outcome.result).toBe('acknowledged');
    expect(clock.timers).toBe(0);
  });

  it('counts acknowledgements that come before the holders are known', async () => {
    let holders = (_: string[]) => {};
    readHolders = () => new Promise((resolve) => (holders = resolve));
    const outcome = revoke(7);
    for (const id of ['lh_1', 'lh_2', 'lh_gone']) barrier.acknowledge(id, 7);
    await settled();
    expect(outcome.result).toBeNull();
    holders(['lh_1', 'lh_2']);
    await settled();
    expect(outcome.result).toBe('acknowledged');
  });

  it('returns at once when there are no holders', async () => {
    readHolders = () => Promise.resolve([]);
    const outcome = revoke(7);
    await settled();
    expect(outcome.result).toBe('acknowledged');
  });

  it.each<[string, () => void]>([
    ['a holder is silent', () => barrier.acknowledge('lh_1', 7)],
    ['one holder acknowledges twice', () => ['lh_1', 'lh_1'].forEach((id) => barrier.acknowledge(id, 7))],
    ['another row is acknowledged', () => ['lh_1', 'lh_2'].forEach((id) => barrier.acknowledge(id, 8))],
  ])('waits W after the commit when %s', async (_, acknowledge) => {
    const outcome = revoke(7);
    await settled();
    acknowledge();
    await clock.advance(1099);
    expect(outcome.result).toBeNull();
    await clock.advance(1);
    expect(outcome.result).toBe('waited');
    expect(clock.timers).toBe(0);
  });

  it('waits W when the holders cannot be read, acknowledged or not', async () => {
    readHolders = () => Promise.reject(new Error('database away'));
    const outcome = revoke(7);
    for (const id of ['lh_1', 'lh_2']) barrier.acknowledge(id, 7);
    await clock.advance(1099);
    expect(outcome.result).toBeNull();
    await clock.advance(1);
    expect(outcome.result).toBe('waited');
  });

  it('publishes again after 30 and 100 ms while someone is silent', async () => {
    revoke(7);
    await clock.advance(29);
    expect(published).toHaveLength(1);
    await clock.advance(1);
    expect(published).toHaveLength(2);
    await clock.advance(70);
    expect(published).toHaveLength(3);
    await clock.advance(2000);
    expect(published).toHaveLength(3);
  });

  it('needs every row of a change acknowledged', async () => {
    readHolders = () => Promise.resolve(['lh_1']);
    const outcome = revoke(7, 8);
    expect(published).toHaveLength(2);
    await settled();
    barrier.acknowledge('lh_1', 7);
    await settled();
    expect(outcome.result).toBeNull();
    barrier.acknowledge('lh_1', 8);
    await settled();
    expect(outcome.result).toBe('acknowledged');
  });

  it('serves several revokes at a time, also of the same row', async () => {
    readHolders = () => Promise.resolve(['lh_1']);
    const outcomes = [revoke(7), revoke(7), revoke(8)];
    await settled();
    barrier.acknowledge('lh_1', 7);
    await settled();
    expect(outcomes.map(({ result }) => result)).toEqual(['acknowledged', 'acknowledged', null]);
  });

  it('waits in full while the epoch is young: leases of lost holders may still run', async () => {
    readHolders = () => Promise.resolve([]);
    barrier.noticeEpoch('f');
    await clock.advance(1099);
    const change = { epoch: 'f', rows: [row(7)], committedAt: clock.now() };
    let result: Passed | null = null;
    void barrier.passed(change).then((passed) => (result = passed));
    await clock.advance(1099);
    expect(result).toBeNull();
    await clock.advance(1);
    expect(result).toBe('waited');
    expect(await barrier.passed({ ...change, committedAt: clock.now() })).toBe('acknowledged');
  });

  it('returns at once when W has passed already, as after a pause of the process', async () => {
    const change = { epoch: 'e', rows: [row(7)], committedAt: clock.now() - 1100 };
    expect(await barrier.passed(change)).toBe('waited');
    expect(clock.timers).toBe(0);
  });
});

describe('HolderRemoval', () => {
  it('deletes a holder when it has seen it closed for W', async () => {
    const removal = new HolderRemoval(clock);
    expect(removal.deletable(['lh_1'])).toEqual([]);
    await clock.advance(1099);
    expect(removal.deletable(['lh_1', 'lh_2'])).toEqual([]);
    await clock.advance(1);
    expect(removal.deletable(['lh_1', 'lh_2'])).toEqual(['lh_1']);
  });

  it('starts anew with one that was not closed in between', async () => {
    const removal = new HolderRemoval(clock);
    removal.deletable(['lh_1']);
    removal.deletable([]);
    await clock.advance(1100);
    expect(removal.deletable(['lh_1'])).toEqual([]);
  });
});
