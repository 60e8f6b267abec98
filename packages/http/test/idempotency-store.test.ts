import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { connectSuite, type Suite } from '@pcft/testing';
import { createIdempotencyStore, type IdempotencyStore } from '../src/idempotency/idempotency-store.ts';

let suite: Suite;
let store: IdempotencyStore;
const errors: unknown[] = [];
beforeAll(async () => {
  suite = await connectSuite();
  store = storeOf();
});
afterAll(async () => {
  await store.close();
  await suite.close();
});
afterEach(() => expect(errors.splice(0)).toEqual([]));

const pool = () => suite.database('projects');
const storeOf = (pruneEveryMs?: number) =>
  createIdempotencyStore({
    databaseUrl: suite.stack.urls.database['projects'] ?? '',
    service: 'projects',
    onError: (error) => errors.push(error),
    ...(pruneEveryMs !== undefined && { pruneEveryMs }),
  });
const asked = (scope = randomBytes(32)) => ({
  scope,
  claim: randomUUID() as string,
  holder: randomBytes(32),
  fingerprint: randomBytes(32),
});
const age = (scope: Buffer, seconds: number) =>
  pool().query(
    'UPDATE idempotency_key SET claimed_at = claimed_at - make_interval(secs => $2) WHERE scope = $1',
    [scope, seconds],
  );

/** A transaction as Prisma's client offers it to the store. */
async function transaction<T>(work: (mark: (claim: Claimed) => Promise<boolean>) => Promise<T>) {
  const client = await pool().connect();
  try {
    await client.query('BEGIN');
    const prisma = {
      $queryRawUnsafe: async <R>(text: string, ...values: unknown[]) =>
        (await client.query(text, values)).rows as R,
    };
    const result = await work((claim) => store.effect(prisma, claim));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
type Claimed = ReturnType<typeof asked>;

describe('a key', () => {
  it('is claimed by one of fifty', async () => {
    const scope = randomBytes(32);
    const claimed = await Promise.all(Array.from({ length: 50 }, () => store.claim(asked(scope))));
    expect(claimed.filter(Boolean)).toHaveLength(1);
  });

  it('is given back by its holder, as long as nothing was done', async () => {
    const claim = asked();
    await store.claim(claim);
    await store.release(asked(claim.scope));
    expect(await store.find(claim.scope)).toMatchObject({ claim: claim.claim, effected: false });
    await store.release(claim);
    expect(await store.find(claim.scope)).toBeNull();
  });

  it('is not given back when the effect is there', async () => {
    const claim = asked();
    await store.claim(claim);
    expect(await transaction((mark) => mark(claim))).toBe(true);
    await store.release(claim);
    expect(await store.find(claim.scope)).toMatchObject({ effected: true, answer: null });
    await store.finish(claim, Buffer.from('sealed'));
    expect((await store.find(claim.scope))?.answer).toEqual(Buffer.from('sealed'));
  });

  it('knows of no effect whose transaction was rolled back', async () => {
    const claim = asked();
    await store.claim(claim);
    const undone = transaction(async (mark) => {
      await mark(claim);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await store.find(claim.scope)).toMatchObject({ effected: false });
    expect(await transaction((mark) => mark(claim))).toBe(true);
  });

  it('has its effect once, whoever tries', async () => {
    const claim = asked();
    await store.claim(claim);
    expect(await transaction((mark) => mark(claim))).toBe(true);
    expect(await transaction((mark) => mark(claim))).toBe(false);
    expect(await transaction((mark) => mark(asked(claim.scope)))).toBe(false);
  });
});

describe('a key in the midst of its effect', () => {
  it('is found taken without waiting for the transaction', async () => {
    const claim = asked();
    await store.claim(claim);
    await transaction(async (mark) => {
      await mark(claim);
      const before = performance.now();
      expect(await store.claim(asked(claim.scope))).toBe(false);
      expect(await store.find(claim.scope)).toMatchObject({ effected: false });
      expect(performance.now() - before).toBeLessThan(300);
    });
  });
});

describe('taking over', () => {
  it.each([
    ['a call that is under way', 0, false, false],
    ['a call that is not stale yet', 9, false, false],
    ['a call that is stale', 11, false, true],
    ['a call that is stale and took effect', 11, true, false],
    ['a call of a day ago', 24 * 3600 + 1, true, true],
  ])('%s', async (_, seconds, effected, taken) => {
    const first = asked();
    await store.claim(first);
    if (effected) await transaction((mark) => mark(first));
    await age(first.scope, seconds);
    const second = asked(first.scope);
    expect(await store.takeOver(first.claim, second)).toBe(taken);
    expect((await store.find(first.scope))?.claim).toBe(taken ? second.claim : first.claim);
    if (!taken) return;
    // The first one comes to life again: it may do nothing, keep nothing and give nothing back.
    expect(await transaction((mark) => mark(first))).toBe(false);
    await store.finish(first, Buffer.from('late'));
    await store.release(first);
    expect(await store.find(first.scope)).toMatchObject({
      claim: second.claim,
      answer: null,
      effected: false,
    });
  });

  it('waits for a transaction that has marked its effect, and then comes too late', async () => {
    const first = asked();
    await store.claim(first);
    await age(first.scope, 11);
    const taking = await transaction(async (mark) => {
      expect(await mark(first)).toBe(true);
      const taking = store.takeOver(first.claim, asked(first.scope));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { taking };
    });
    expect(await taking.taking).toBe(false);
  });

  it('is done by one of many', async () => {
    const first = asked();
    await store.claim(first);
    await age(first.scope, 11);
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => store.takeOver(first.claim, asked(first.scope))),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
});

describe('pruning', () => {
  it('forgets what is a day old, and nothing else', async () => {
    const [old, young] = [asked(), asked()];
    for (const claim of [old, young]) await store.claim(claim);
    await age(old.scope, 24 * 3600 + 1);
    await age(young.scope, 24 * 3600 - 60);
    const pruning = storeOf(20);
    pruning.startPruning();
    try {
      const deadline = Date.now() + 5000;
      while (await store.find(old.scope)) {
        if (Date.now() > deadline) throw new Error('was not pruned');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await store.find(young.scope)).not.toBeNull();
    } finally {
      await pruning.close();
    }
  });
});
