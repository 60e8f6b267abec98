import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import pg from 'pg';
import { type ChainEntry, readEntry } from '../../src/ingest/chain-entry.ts';
import type { ChainStore } from '../../src/ingest/chain-store.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';
import { verifyChain } from '../verify-chain.ts';

let log: ScratchLog;
let stores: ChainStore[];
let one: string;
/** What others do is seen anew outside of a transaction only. */
let watch: pg.Client;
const pat = createId('pat_');

const open = (): ChainStore => {
  const store = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
  stores.push(store);
  return store;
};
const batch = (rows: number, patId: string | null = null, metadata = {}): ChainEntry[] =>
  Array.from({ length: rows }, () => {
    const actor = { type: 'account', id: createId('acc_'), pat_id: patId, session_id: null } as const;
    const event = sampleEvent({ log: one, actor, metadata });
    return readEntry('platform', { id: event.id, body: serializeEvent(event) });
  });

const chain = async (): Promise<string[]> => {
  const rows = (await log.chains()).get(one) ?? [];
  expect(await verifyChain(rows)).toMatchObject({ rows: rows.length, firstBadSeq: null });
  const { rows: heads } = await log.admin.query('SELECT seq, hash FROM chain_head WHERE log = $1', [one]);
  expect(heads).toEqual([{ seq: String(rows.length), hash: rows.at(-1)?.hash }]);
  return rows.map(({ id }) => id);
};
const ids = (...batches: readonly (readonly ChainEntry[])[]): string[] => batches.flat().map(({ id }) => id);

/** How many of the store's sessions were last asked for this, and are as far as that. */
async function sessions(state: string, query: string): Promise<number> {
  const { rows } = await watch.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'audit ingest' AND state = $1 AND query LIKE $2`,
    [state, query],
  );
  return rows[0]?.n ?? 0;
}
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 400) throw new Error('it never came to that');
    await sleep(5);
  }
}
/** One transaction at its usage, which is locked, and one behind it whose rows are stored. */
async function heldUp(
  store: ChainStore,
  first: ChainEntry[],
  second: ChainEntry[],
  [state, query]: readonly [string, string] = ['idle in transaction', '%audit_event%'],
) {
  // There is a connection for each, so that neither is late for that.
  await Promise.all([store.append(batch(1)), store.append(batch(1))]);
  await log.admin.query('BEGIN');
  await log.admin.query('LOCK TABLE usage_day IN EXCLUSIVE MODE');
  const outcomes = [store.append(first)];
  await until(async () => (await sessions('active', '%usage_day%')) === 1);
  outcomes.push(store.append(second));
  await until(async () => (await sessions(state, query)) === 1);
  return { outcomes: Promise.allSettled(outcomes) };
}

beforeEach(async () => {
  log = await createScratchLog();
  stores = [];
  one = createId('ws_');
  watch = new pg.Client({ connectionString: log.superuserUrl });
  await watch.connect();
});

afterEach(async () => {
  await Promise.all([watch.end(), ...stores.map((store) => store.close())]);
  await log.drop();
});

describe('an append behind one that has not committed', () => {
  it('stores its rows beside it, and is seen after it only', async () => {
    const [first, second] = [batch(3, pat), batch(4)];
    const { outcomes } = await heldUp(open(), first, second);
    expect(await chain()).toHaveLength(2);
    await log.admin.query('COMMIT');
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await chain()).slice(2)).toEqual(ids(first, second));
  });

  it('is appended by itself when the other fails', async () => {
    const [first, second] = [batch(3, pat), batch(4)];
    const store = open();
    await log.admin.query('ALTER TABLE usage_day ADD CHECK (calls < 3)');
    const { outcomes } = await heldUp(store, first, second);
    await log.admin.query('COMMIT');
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect((await chain()).slice(2)).toEqual(ids(second));
  });

  it('comes after another process that was faster, and neither waits for the other', async () => {
    const [first, third] = [batch(3, pat), batch(5)];
    const second = batch(4, null, { note: 'slow' });
    const [store, other] = [open(), open()];
    const words = new pg.Client({ connectionString: log.superuserUrl });
    await words.connect();
    await words.query('BEGIN; LOCK TABLE audit_word IN EXCLUSIVE MODE');
    try {
      const { outcomes } = await heldUp(store, first, second, ['active', '%audit_word%']);
      const elsewhere = other.append(third);
      await log.admin.query('COMMIT');
      // It has the chain, and has met rows in its own places that are not committed.
      await until(async () => (await sessions('active', 'COPY audit_event%')) === 1);
      expect(await chain()).toEqual(expect.arrayContaining(ids(first)));
      const from = performance.now();
      await words.query('COMMIT');
      expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      await elsewhere;
      // Two that wait for each other would be found after a second.
      expect(performance.now() - from).toBeLessThan(900);
      expect((await chain()).slice(2)).toEqual(ids(first, third, second));
    } finally {
      await words.end();
    }
  });

  it('is not tried with rows that the one ahead is just storing: they are taken once', async () => {
    const first = batch(3, pat);
    const store = open();
    await Promise.all([store.append(batch(1)), store.append(batch(1))]);
    const outcomes = await Promise.all([store.append(first), store.append(first), store.append(batch(2))]);
    // The first two begin at once: either may be the first.
    expect(outcomes.map((rows) => rows.length).sort()).toEqual([0, 2, 3]);
    expect(await chain()).toHaveLength(7);
  });

  it('takes an id that was used before as any other does', async () => {
    const [first, known] = [batch(3, pat), batch(1)];
    const store = open();
    await store.append(known);
    const event = known[0]?.event;
    if (!event) throw new Error('no event');
    const impostor = readEntry('platform', {
      id: event.id,
      body: serializeEvent({ ...event, request_id: 'req_another' }),
    });
    const [, kept] = await Promise.all([store.append(first), store.append([impostor, ...batch(1)])]);
    expect(kept?.map(({ id }) => id.slice(0, 4)).sort()).toEqual(['aud_', 'raw_']);
    expect(await chain()).toHaveLength(6);
  });

  it('holds its promise under two processes that fill one chain, each row once and in whole', async () => {
    const batches = Array.from({ length: 60 }, () => batch(20, pat));
    const writers = [open(), open()];
    const rows = await Promise.all(batches.map((each, n) => (writers[n % 2] ?? open()).append(each)));
    expect(rows.flat()).toHaveLength(1_200);
    expect((await chain()).sort()).toEqual(ids(...batches).sort());
  });
});
