import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/manual-clock.ts';
import { AnswerCache, LeaseHolder, type Answer, type InvalidationPush, type Renewal } from './index.ts';

const row = (n: number, id: string) => ({ n, kind: 'credential' as const, id });
const never = () => new Promise<never>(() => {});

/** Platform and bus as seen from one holder; each test says how they answer. */
class Fakes {
  readonly clock = new ManualClock();
  readonly cache = new AnswerCache<string>();
  readonly log: string[] = [];
  readonly faults: unknown[] = [];
  push: (push: InvalidationPush) => void = () => {};
  subscribe: () => Promise<void> = () => Promise.resolve();
  join = () => Promise.resolve({ holderId: 'lh_1', epoch: 'e', n: 10 });
  renew: (holderId: string, after: number) => Promise<Renewal> = (_, after) =>
    Promise.resolve({ open: true, epoch: 'e', n: Math.max(10, after), rows: [] });
  leave = () => Promise.resolve();

  readonly holder: LeaseHolder = new LeaseHolder({
    clock: this.clock,
    cache: this.cache,
    authority: {
      join: () => (this.log.push('join'), this.join()),
      renew: (holderId, after) => (this.log.push(`renew ${holderId} ${after}`), this.renew(holderId, after)),
      leave: (holderId) => (this.log.push(`leave ${holderId} ${this.holder.isValid()}`), this.leave()),
    },
    bus: {
      subscribe: async (onPush) => {
        this.log.push('subscribe');
        await this.subscribe();
        this.push = onPush;
        return () => this.log.push('unsubscribe');
      },
      ack: (holderId, n) => this.log.push(`ack ${holderId} ${n} cached ${this.cache.size}`),
    },
    onFault: (fault) => this.faults.push(fault),
  });

  keep(key: string, pos = 10): void {
    const answer: Answer<string> = {
      epoch: 'e',
      pos,
      positive: true,
      ttlMs: null,
      subjects: [{ kind: 'credential', id: key }],
      value: key,
    };
    this.cache.put(key, answer, this.clock.now());
  }
}

let fakes: Fakes;
beforeEach(() => {
  fakes = new Fakes();
});

async function started(): Promise<void> {
  fakes.holder.start();
  await fakes.clock.advance(0);
}

describe('joining', () => {
  it('subscribes, then registers, then renews; only the renewal grants the lease', async () => {
    let validAtRenewal: boolean | undefined;
    const { renew } = fakes;
    fakes.renew = (holderId, after) => {
      validAtRenewal = fakes.holder.isValid();
      return renew(holderId, after);
    };
    expect(fakes.holder.isValid()).toBe(false);
    await started();
    expect(fakes.log).toEqual(['subscribe', 'join', 'renew lh_1 10']);
    expect([validAtRenewal, fakes.holder.isValid()]).toEqual([false, true]);
  });

  it('does not register before the subscription is in force, and tries again after a failure', async () => {
    fakes.subscribe = () => Promise.reject(new Error('no bus'));
    await started();
    expect(fakes.log).toEqual(['subscribe']);
    fakes.subscribe = () => Promise.resolve();
    await fakes.clock.advance(250);
    expect(fakes.log).toEqual(['subscribe', 'subscribe', 'join', 'renew lh_1 10']);
    expect(fakes.faults).toHaveLength(1);
  });

  it('gives a registration back whose reply came too late', async () => {
    let reply = (_: { holderId: string; epoch: string; n: number }) => {};
    fakes.join = () => new Promise((resolve) => (reply = resolve));
    await started();
    await fakes.clock.advance(449);
    fakes.join = () => Promise.resolve({ holderId: 'lh_2', epoch: 'e', n: 10 });
    await fakes.clock.advance(100);
    reply({ holderId: 'lh_1', epoch: 'e', n: 10 });
    await fakes.clock.advance(0);
    expect(fakes.log).toContain('leave lh_1 true');
    expect(fakes.log).toContain('renew lh_2 10');
  });

  it.each<[string, Renewal]>([
    ['closed or unknown', { open: false }],
    ['of another epoch', { open: true, epoch: 'f', n: 99, rows: [] }],
  ])('starts anew, without lease and cache, when found %s', async (_, renewal) => {
    await started();
    fakes.keep('pat_1');
    fakes.renew = () => Promise.resolve(renewal);
    fakes.join = never;
    await fakes.clock.advance(250);
    expect([fakes.holder.isValid(), fakes.cache.size]).toEqual([false, 0]);
    expect(fakes.log.slice(-2)).toEqual(['renew lh_1 10', 'join']);
  });
});

describe('a platform that is silent', () => {
  const asked = () => fakes.log.filter((line) => line.startsWith('renew')).length;

  it('is asked less when the lease is long over, and as before as soon as it answers', async () => {
    await started();
    const { renew } = fakes;
    fakes.renew = never;
    await fakes.clock.advance(1500);
    // While an answer in time could still have kept the lease, nothing is left out.
    expect(asked()).toBeGreaterThanOrEqual(6);
    await fakes.clock.advance(3500);
    const before = asked();
    await fakes.clock.advance(20_000);
    expect(asked() - before).toBe(20);
    expect(fakes.holder.isValid()).toBe(false);
    fakes.renew = renew;
    await fakes.clock.advance(1000);
    expect(fakes.holder.isValid()).toBe(true);
    const awake = asked();
    await fakes.clock.advance(10_000);
    expect(asked() - awake).toBeGreaterThanOrEqual(38);
    expect(fakes.holder.isValid()).toBe(true);
  });
});

describe('the lease', () => {
  it('lasts 1000 ms from the sending of the last renewal that was answered', async () => {
    await started();
    fakes.renew = never;
    await fakes.clock.advance(999);
    expect(fakes.holder.isValid()).toBe(true);
    await fakes.clock.advance(1);
    expect(fakes.holder.isValid()).toBe(false);
  });

  it('counts from sending, however late the reply', async () => {
    await started();
    let reply = (_: Renewal) => {};
    fakes.renew = () => new Promise((resolve) => (reply = resolve));
    await fakes.clock.advance(250);
    const sentReply = reply;
    fakes.renew = never;
    await fakes.clock.advance(390);
    sentReply({ open: true, epoch: 'e', n: 10, rows: [] });
    await fakes.clock.advance(609);
    expect(fakes.holder.isValid()).toBe(true);
    await fakes.clock.advance(1);
    expect(fakes.holder.isValid()).toBe(false);
  });

  it('is renewed every 250 ms, after what has been applied', async () => {
    await started();
    fakes.renew = () =>
      Promise.resolve({ open: true, epoch: 'e', n: 12, rows: [row(11, 'x'), row(12, 'y')] });
    await fakes.clock.advance(500);
    expect(fakes.log.filter((line) => line.startsWith('renew'))).toEqual([
      'renew lh_1 10',
      'renew lh_1 10',
      'renew lh_1 12',
    ]);
  });

  it('applies rows', async () => {
    await started();
    for (const key of ['pat_1', 'pat_2']) fakes.keep(key);
    fakes.renew = () => Promise.resolve({ open: true, epoch: 'e', n: 11, rows: [row(11, 'pat_1')] });
    await fakes.clock.advance(250);
    expect([fakes.cache.get('pat_1', fakes.clock.now()), fakes.cache.size, fakes.cache.heard]).toEqual([
      null,
      1,
      11,
    ]);
  });

  it('drops the whole cache when rows have been pruned, and goes on', async () => {
    await started();
    fakes.keep('pat_1');
    fakes.renew = () => Promise.resolve({ open: true, epoch: 'e', n: 99, rows: null });
    await fakes.clock.advance(250);
    expect([fakes.cache.size, fakes.holder.isValid(), fakes.cache.heard]).toEqual([0, true, 99]);
  });

  it('is not prolonged by a reply that knows less than has been applied', async () => {
    await started();
    fakes.renew = () => Promise.resolve({ open: true, epoch: 'e', n: 9, rows: [] });
    await fakes.clock.advance(1000);
    expect(fakes.holder.isValid()).toBe(false);
    expect(fakes.cache.heard).toBe(10);
  });

  it('outlives single failures', async () => {
    await started();
    fakes.renew = () => Promise.reject(new Error('away'));
    await fakes.clock.advance(900);
    expect(fakes.holder.isValid()).toBe(true);
    expect(fakes.faults).toHaveLength(3);
  });
});

describe('a push', () => {
  it('is applied, then acknowledged', async () => {
    await started();
    fakes.keep('pat_1');
    fakes.push({ epoch: 'e', ...row(11, 'pat_1') });
    expect(fakes.log.at(-1)).toBe('ack lh_1 11 cached 0');
    fakes.keep('pat_1', 10);
    expect(fakes.cache.size).toBe(0);
  });

  it('of another epoch ends membership, lease and cache, unacknowledged', async () => {
    await started();
    fakes.keep('pat_1');
    fakes.join = never;
    fakes.push({ epoch: 'f', ...row(3, 'x') });
    expect([fakes.holder.isValid(), fakes.cache.size]).toEqual([false, 0]);
    await fakes.clock.advance(0);
    expect(fakes.log.at(-1)).toBe('join');
  });

  it('is not acknowledged by a process that has not joined', async () => {
    fakes.join = never;
    await started();
    fakes.push({ epoch: 'e', ...row(11, 'pat_1') });
    expect(fakes.log).toEqual(['subscribe', 'join']);
  });
});

describe('stop', () => {
  it('stops using the cache before it deletes the row, and leaves nothing running', async () => {
    await started();
    fakes.keep('pat_1');
    await fakes.holder.stop();
    expect(fakes.log.slice(-2)).toEqual(['unsubscribe', 'leave lh_1 false']);
    expect([fakes.cache.size, fakes.holder.isValid()]).toEqual([0, false]);
    await fakes.clock.advance(2000);
    expect(fakes.clock.timers).toBe(0);
    expect(fakes.log.at(-1)).toBe('leave lh_1 false');
  });

  it('gives back what a join under way still brings', async () => {
    let reply = (_: { holderId: string; epoch: string; n: number }) => {};
    fakes.join = () => new Promise((resolve) => (reply = resolve));
    await started();
    await fakes.holder.stop();
    reply({ holderId: 'lh_1', epoch: 'e', n: 10 });
    await fakes.clock.advance(0);
    expect(fakes.log).toEqual(['subscribe', 'join', 'unsubscribe', 'leave lh_1 false']);
    expect(fakes.holder.isValid()).toBe(false);
  });

  it('does not fail when platform is away', async () => {
    await started();
    fakes.leave = () => Promise.reject(new Error('away'));
    await fakes.holder.stop();
    expect(fakes.faults).toHaveLength(1);
  });
});
