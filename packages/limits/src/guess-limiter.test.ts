import { describe, expect, it } from '@jest/globals';
import { GuessLimiter, type GuessRule, type GuessStore } from './guess-limiter.ts';
import { signInLanes } from './guess-lanes.ts';

/** The rule without delays that end: what the store has to do is asked of the real one by platform's tests. */
class MemoryGuessStore implements GuessStore {
  readonly failures = new Map<string, number>();

  async take(key: Buffer, { freeAttempts }: GuessRule) {
    const name = key.toString('hex');
    const used = this.failures.get(name) ?? 0;
    if (used >= freeAttempts) return { retryAfterSeconds: 30 };
    this.failures.set(name, used + 1);
    return null;
  }
  async giveBack(key: Buffer) {
    const name = key.toString('hex');
    this.failures.set(name, (this.failures.get(name) ?? 1) - 1);
  }
  async forget(key: Buffer) {
    this.failures.delete(key.toString('hex'));
  }
}

function limiter() {
  const store = new MemoryGuessStore();
  const guesses = new GuessLimiter(store, Buffer.alloc(32, 1));
  const attempt = (device: string | null, ip = '192.0.2.1', account = 'ada@example.com') =>
    guesses.attempt(signInLanes({ scope: 'sign-in', account, device, ip, freeAttempts: 3 }));
  const exhaust = async (device: string | null, ip?: string) => {
    for (let i = 0; i < 3; i++) expect((await attempt(device, ip)).allowed).toBe(true);
    expect(await attempt(device, ip)).toEqual({ allowed: false, retryAfterSeconds: 30 });
  };
  return { store, attempt, exhaust };
}

describe('the lanes of a sign-in', () => {
  it('keep a known device open whatever strangers do', async () => {
    const { attempt, exhaust } = limiter();
    for (let host = 1; host <= 5; host++) await exhaust(null, `192.0.2.${String(host)}`);
    expect((await attempt(null, '192.0.2.99')).allowed).toBe(false);
    expect((await attempt('device-1')).allowed).toBe(true);
  });

  it('keep strangers at other addresses apart, and other accounts', async () => {
    const { attempt, exhaust } = limiter();
    await exhaust(null);
    expect((await attempt(null, '192.0.2.2')).allowed).toBe(true);
    expect((await attempt(null, '192.0.2.1', 'eve@example.com')).allowed).toBe(true);
  });

  it('count an address in any case as one account', async () => {
    const { attempt, exhaust } = limiter();
    await exhaust(null);
    expect((await attempt(null, '192.0.2.1', 'ADA@example.com')).allowed).toBe(false);
  });

  it('are clean again after a success, but for what other strangers have used', async () => {
    const { store, attempt } = limiter();
    await attempt(null, '192.0.2.2');
    await attempt(null);
    const right = await attempt(null);
    if (!right.allowed) throw new Error('was not let through');
    await right.succeeded();
    expect([...store.failures.values()].sort()).toEqual([1, 2]);
  });

  it('let exactly the budget through when all come at once', async () => {
    const { attempt } = limiter();
    const attempts = await Promise.all(Array.from({ length: 20 }, () => attempt('device-1')));
    expect(attempts.filter(({ allowed }) => allowed)).toHaveLength(3);
  });

  it('put no address into the store', async () => {
    const { store, attempt } = limiter();
    await attempt(null);
    expect([...store.failures.keys()].join()).toMatch(/^[0-9a-f]{64},[0-9a-f]{64}$/);
  });
});
