import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextCheckPhase, setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createLimiter, defaultRules } from '../src/index.ts';
import type { Limiter, LimitStore } from '../src/index.ts';
import { RedisLink } from './redis-link.ts';

let redis: RedisLink;
/** Redis outlives a test run: every test counts subjects of its own. */
const run = randomUUID();
const subject = (name: string) => `${run} ${name}`;
const limiters: Limiter[] = [];

async function until(condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('The condition did not come true in time');
    await sleep(10);
  }
}

async function limiterOn(
  url: string,
  points = 1000,
  onStoreChange?: (store: LimitStore) => void,
): Promise<Limiter> {
  const limiter = createLimiter({
    redisUrl: url,
    rules: { ...defaultRules, edge: { ...defaultRules.edge, points, reserveShare: 0 } },
    ...(onStoreChange && { onStoreChange }),
  });
  limiters.push(limiter);
  await until(() => limiter.health() === 'redis');
  return limiter;
}

beforeAll(async () => {
  redis = await RedisLink.open();
});
afterEach(async () => {
  await Promise.all(limiters.splice(0).map((limiter) => limiter.close()));
});
afterAll(async () => {
  await redis.cut();
});

describe('with Redis', () => {
  it('allows exactly the limit over two limiters at once', async () => {
    const pair = [await limiterOn(redis.directUrl), await limiterOn(redis.directUrl)];
    const verdicts = await Promise.all(
      Array.from({ length: 2400 }, (_, i) => pair[i % 2]!.consume('edge', subject('192.0.2.1'))),
    );
    expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(1000);
    expect(new Set(verdicts.filter((v) => v.allowed).map((v) => v.remaining)).size).toBe(1000);
  });

  it('gives a greater plan a window of its own, so many times as large', async () => {
    const limiter = await limiterOn(redis.directUrl, 3);
    const person = subject('a plan');
    const allowed = async (multiplier: number) => {
      const verdicts = await Promise.all(
        Array.from({ length: 20 }, () => limiter.consume('edge', person, multiplier)),
      );
      expect(verdicts[0]).toMatchObject({ limit: 3 * multiplier });
      return verdicts.filter((verdict) => verdict.allowed).length;
    };
    expect([await allowed(5), await allowed(1)]).toEqual([15, 3]);
  });

  it('takes points in advance over two limiters without a call too many, and with at most 1 % too few each', async () => {
    const rules = { ...defaultRules, edge: { ...defaultRules.edge, points: 2000 } };
    expect(rules.edge.reserveShare).toBe(0.01);
    const pair = [0, 1].map(() => createLimiter({ redisUrl: redis.url, rules }));
    limiters.push(...pair);
    await until(() => pair.every((limiter) => limiter.health() === 'redis'));
    let allowed = 0;
    for (let burst = 0; burst < 30; burst++) {
      const calls = Array.from({ length: 100 }, (_, i) =>
        pair[(burst + i) % 3 === 0 ? 0 : 1]!.consume('edge', subject('reserved')),
      );
      allowed += (await Promise.all(calls)).filter((verdict) => verdict.allowed).length;
    }
    expect(allowed).toBeLessThanOrEqual(2000);
    expect(allowed).toBeGreaterThanOrEqual(2000 - 2 * 20);
    const refused = await pair[0]!.consume('edge', subject('reserved'));
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
  });

  it('refuses with Retry-After within the window, and counts subjects and classes apart', async () => {
    const limiter = await limiterOn(redis.url, 1);
    await limiter.consume('edge', subject('a'));
    const refused = await limiter.consume('edge', subject('a'));
    expect(refused).toMatchObject({ allowed: false, limit: 1, remaining: 0 });
    expect(Number(refused.headers['Retry-After'])).toBeGreaterThan(50);
    expect(Number(refused.headers['Retry-After'])).toBeLessThanOrEqual(60);
    expect(Math.abs(refused.resetAtMs - Date.now() - 60_000)).toBeLessThan(5000);
    expect((await limiter.consume('edge', subject('b'))).allowed).toBe(true);
    expect((await limiter.consume('admin', subject('a'))).remaining).toBe(99);
  });

  it('opens a new window when the old one ends', async () => {
    const limiter = createLimiter({
      redisUrl: redis.url,
      rules: { ...defaultRules, edge: { points: 1, windowSeconds: 1, by: 'ip', headers: 'ratelimit' } },
    });
    limiters.push(limiter);
    await until(() => limiter.health() === 'redis');
    await limiter.consume('edge', subject('window'));
    expect((await limiter.consume('edge', subject('window'))).allowed).toBe(false);
    await sleep(1100);
    expect((await limiter.consume('edge', subject('window'))).allowed).toBe(true);
  });

  it('stores digests that expire, never a subject', async () => {
    const limiter = await limiterOn(redis.url);
    await limiter.consume('platform', subject('pcft_live_verysecret'));
    const client = new Redis(redis.url);
    try {
      const keys = await client.keys('limit:*');
      expect(keys.some((key) => key.startsWith('limit:platform:'))).toBe(true);
      expect(keys.join()).not.toContain('verysecret');
      expect(keys.join()).not.toContain(run);
      // -1: without an end; -2: it has ended already.
      for (const key of keys) expect(await client.pttl(key)).not.toBe(-1);
    } finally {
      client.disconnect();
    }
  });

  it('does not count the class none', async () => {
    const limiter = await limiterOn(redis.url);
    expect(await limiter.consume('none', 'x')).toMatchObject({ allowed: true, headers: {} });
  });
});

describe('when Redis goes away', () => {
  it('cut off: goes on from the count it had, at once, and is back on Redis by itself', async () => {
    const changes: LimitStore[] = [];
    const limiter = await limiterOn(redis.url, 10, (store) => changes.push(store));
    for (let i = 0; i < 7; i++) await limiter.consume('edge', subject('cut'));
    await redis.cut();
    const began = performance.now();
    const verdicts = [];
    for (let i = 0; i < 100; i++) verdicts.push(await limiter.consume('edge', subject('cut')));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(3);
    expect(limiter.health()).toBe('memory');
    await redis.restore();
    await until(() => limiter.health() === 'redis');
    expect(changes).toEqual(['redis', 'memory', 'redis']);
  });

  it('frozen: one timeout for the first calls, none for the next, and back within seconds of waking', async () => {
    const limiter = await limiterOn(redis.url);
    await limiter.consume('edge', subject('frozen'));
    redis.freeze();
    try {
      const began = performance.now();
      await Promise.all(Array.from({ length: 50 }, () => limiter.consume('edge', subject('frozen'))));
      expect(performance.now() - began).toBeLessThan(600);
      const thenBegan = performance.now();
      for (let i = 0; i < 500; i++) await limiter.consume('edge', subject('frozen'));
      expect(performance.now() - thenBegan).toBeLessThan(140);
      // Long enough for the silent connection to be dropped, and for the next one to fall silent too.
      await sleep(5000);
      expect(limiter.health()).toBe('memory');
    } finally {
      redis.wake();
    }
    await until(() => limiter.health() === 'redis');
    expect((await limiter.consume('edge', subject('frozen'))).allowed).toBe(true);
  }, 20_000);

  it('never there: limits from the first call on', async () => {
    const limiter = createLimiter({
      redisUrl: 'redis://127.0.0.1:1',
      rules: { ...defaultRules, 'sign-in': { ...defaultRules['sign-in'], points: 2 } },
    });
    limiters.push(limiter);
    const verdicts = [];
    for (let i = 0; i < 4; i++) verdicts.push((await limiter.consume('sign-in', subject('::1'))).allowed);
    expect(verdicts).toEqual([true, true, false, false]);
  });

  it('a stall of this process is not taken for an absence of Redis', async () => {
    const limiter = await limiterOn(redis.directUrl);
    await nextCheckPhase(); // whence timers come before sockets
    const call = limiter.consume('edge', subject('stall'));
    // The command is written; the answer arrives while nothing here can read it.
    const stalledUntil = performance.now() + 400;
    while (performance.now() < stalledUntil);
    await call;
    expect(limiter.health()).toBe('redis');
  });
});
