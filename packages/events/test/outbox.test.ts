import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sampleEvent } from '@pcft/testing';
import {
  createOutbox,
  InvalidEvent,
  type Outbox,
  type OutboxMetric,
  type OutboxOptions,
  OutboxUnavailable,
  type TransactionClient,
} from '../src/index.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let database: ScratchDatabase;
let proxy: TcpProxy;
let outbox: Outbox;
let metrics: OutboxMetric[];

const open = (options: Partial<OutboxOptions> = {}): Outbox =>
  createOutbox({
    databaseUrl: proxy.url,
    service: 'test',
    onMetric: (metric) => metrics.push(metric),
    ...options,
  });

const stored = async (): Promise<string[]> => {
  const { rows } = await database.admin.query<{ id: string }>('SELECT id FROM outbox_event ORDER BY seq');
  return rows.map(({ id }) => id);
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The outcome and how long it took, in ms. */
async function timed(work: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const from = performance.now();
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - from };
}

beforeEach(async () => {
  metrics = [];
  database = await createScratchDatabase();
  proxy = await createTcpProxy(database.url);
  outbox = open();
});

afterEach(async () => {
  proxy.setMode('pass');
  await outbox.close();
  await proxy.close();
  await database.drop();
});

describe('append', () => {
  it('resolves when the event is committed, in the order of the calls', async () => {
    const events = Array.from({ length: 50 }, () => sampleEvent());
    await Promise.all(events.map((event) => outbox.append(event)));
    expect(await stored()).toEqual(events.map(({ id }) => id));
    const { rows } = await database.admin.query<{ body: string }>('SELECT body FROM outbox_event LIMIT 1');
    expect(JSON.parse(rows[0]?.body ?? '')).toEqual(events[0]);
  });

  it('commits concurrent events together', async () => {
    await Promise.all(Array.from({ length: 200 }, () => outbox.append(sampleEvent())));
    const commits = metrics.filter(({ name }) => name === 'appended');
    expect(commits.length).toBeLessThanOrEqual(3);
  });

  it('refuses an invalid event before it is queued', async () => {
    await expect(outbox.append(sampleEvent({ status: 7 }))).rejects.toThrow(InvalidEvent);
    await expect(outbox.append(sampleEvent({ metadata: { x: 'a\0b' } }))).rejects.toThrow(InvalidEvent);
    expect(await stored()).toEqual([]);
  });

  it('tells its listeners', async () => {
    let calls = 0;
    const stop = outbox.onAppended(() => calls++);
    await outbox.append(sampleEvent());
    expect(calls).toBe(1);
    stop();
    await outbox.append(sampleEvent());
    expect(calls).toBe(1);
  });
});

describe('rehearse', () => {
  it('leaves nothing, alone or beside events that are kept, and is in no figure', async () => {
    const events = Array.from({ length: 4 }, () => sampleEvent());
    await outbox.rehearse(sampleEvent());
    expect(metrics.filter(({ name }) => name === 'appended')).toEqual([]);
    await Promise.all(events.flatMap((event) => [outbox.append(event), outbox.rehearse(sampleEvent())]));
    expect(await stored()).toEqual(events.map(({ id }) => id));
  });

  it('is refused where an append is: locked, missing, too large', async () => {
    await database.admin.query('BEGIN; LOCK TABLE outbox_event IN ACCESS EXCLUSIVE MODE');
    const { error, ms } = await timed(outbox.rehearse(sampleEvent()));
    await database.admin.query('ROLLBACK');
    expect(error).toBeInstanceOf(OutboxUnavailable);
    expect(ms).toBeLessThan(2_000);
    await expect(
      outbox.rehearse({ ...sampleEvent(), metadata: { text: 'x'.repeat(70_000) } }),
    ).rejects.toBeInstanceOf(InvalidEvent);
    await database.admin.query('ALTER TABLE outbox_event RENAME TO gone');
    await expect(outbox.rehearse(sampleEvent())).rejects.toBeInstanceOf(OutboxUnavailable);
  });
});

describe('append when something fails', () => {
  it('keeps the good rows of a group in which one is poisoned', async () => {
    await database.admin.query(`ALTER TABLE outbox_event ADD CHECK (body NOT LIKE '%poison%')`);
    const events = Array.from({ length: 20 }, (_, n) =>
      sampleEvent({ operation: n === 7 ? 'poison' : 'good' }),
    );
    const results = await Promise.allSettled(events.map((event) => outbox.append(event)));
    expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
    expect(results[7]).toMatchObject({ reason: { name: 'OutboxUnavailable', reason: 'error', status: 503 } });
    expect(await stored()).toEqual(events.filter((_, n) => n !== 7).map(({ id }) => id));
  });

  it('repeats a group whose backend was terminated in the middle of the insert', async () => {
    await outbox.append(sampleEvent());
    await database.admin.query('BEGIN; LOCK TABLE outbox_event IN SHARE MODE');
    const events = Array.from({ length: 10 }, () => sampleEvent());
    const appended = Promise.all(events.map((event) => outbox.append(event)));
    await sleep(100);
    expect(await database.terminate('test outbox')).toBeGreaterThan(0);
    await database.admin.query('COMMIT');
    await appended;
    expect((await stored()).slice(1)).toEqual(events.map(({ id }) => id));
  });

  it('stores an event once whose commit was never heard of', async () => {
    const first = sampleEvent();
    await outbox.append(first);
    proxy.setMode('deaf');
    const event = sampleEvent();
    const appended = outbox.append(event);
    await sleep(60);
    // Committed, as the database says; the outbox does not know and repeats.
    expect(await stored()).toEqual([first.id, event.id]);
    proxy.setMode('pass');
    await appended;
    expect(await stored()).toEqual([first.id, event.id]);
    expect(metrics).toContainEqual({ name: 'retried', mode: 'group' });
  });

  it('refuses after 1.5 s while the outbox is locked, and works again afterwards', async () => {
    await database.admin.query('BEGIN; LOCK TABLE outbox_event IN ACCESS EXCLUSIVE MODE');
    const { error, ms } = await timed(outbox.append(sampleEvent()));
    expect(error).toBeInstanceOf(OutboxUnavailable);
    expect(error).toMatchObject({ reason: 'timeout', status: 503, headers: { 'Retry-After': '1' } });
    expect(ms).toBeGreaterThan(1_400);
    expect(ms).toBeLessThan(1_900);
    await database.admin.query('COMMIT');
    await outbox.append(sampleEvent());
  });

  it('refuses after 1.5 s while the database does not answer at all, and works again afterwards', async () => {
    await outbox.append(sampleEvent());
    proxy.setMode('frozen');
    const { error, ms } = await timed(outbox.append(sampleEvent()));
    expect(error).toMatchObject({ reason: 'timeout' });
    expect(ms).toBeLessThan(1_900);
    proxy.setMode('pass');
    await outbox.append(sampleEvent());
  });

  it('refuses at once what exceeds the memory set aside for waiting', async () => {
    proxy.setMode('frozen');
    const waiting = Array.from({ length: 20_000 }, () => timed(outbox.append(sampleEvent())));
    const { error, ms } = await timed(outbox.append(sampleEvent()));
    expect(error).toMatchObject({ reason: 'overload' });
    expect(ms).toBeLessThan(50);
    for (const { error } of await Promise.all(waiting)) expect(error).toMatchObject({ reason: 'timeout' });
  });

  it('refuses at once when the table is missing', async () => {
    await database.admin.query('ALTER TABLE outbox_event RENAME TO elsewhere');
    const { error, ms } = await timed(outbox.append(sampleEvent()));
    expect(error).toMatchObject({ reason: 'error' });
    expect(ms).toBeLessThan(1_000);
  });
});

describe('the limit', () => {
  it('refuses events while the queue is above it and takes them again when it has drained', async () => {
    await outbox.close();
    outbox = open({ maxBytes: 1_000_000 });
    // Random, since what compresses well takes no room on disk.
    const filler = { filler: randomBytes(15_000).toString('base64') };
    await Promise.all(Array.from({ length: 80 }, () => outbox.append(sampleEvent({ metadata: filler }))));
    expect(await outbox.stats()).toMatchObject({ pending: 80 });
    await expect(outbox.append(sampleEvent())).rejects.toMatchObject({ reason: 'full', status: 503 });
    const transaction: TransactionClient = {
      $queryRawUnsafe: () => Promise.reject(new Error('not reached')),
    };
    await expect(outbox.appendInTransaction(transaction, sampleEvent())).rejects.toMatchObject({
      reason: 'full',
    });

    await database.admin.query('DELETE FROM outbox_event');
    // The table is as large on disk as before; what counts is what waits in it.
    expect(await outbox.stats()).toEqual({ pending: 0, bytes: 0 });
    await outbox.append(sampleEvent());
  });

  it('estimates a long queue within a tenth', async () => {
    await database.admin.query(
      `INSERT INTO outbox_event (id, body) SELECT 'aud_' || n, repeat('x', 700) FROM generate_series(1, 20000) n`,
    );
    const { pending, bytes } = await outbox.stats();
    expect(pending).toBe(20_000);
    expect(Math.abs(bytes / (20_000 * 820) - 1)).toBeLessThan(0.1);
  });
});

describe('appendInTransaction', () => {
  const transaction = (): TransactionClient => ({
    $queryRawUnsafe: async <T>(query: string, ...values: unknown[]) =>
      (await database.admin.query(query, values)).rows as T,
  });

  it('commits the event with the change, or not at all', async () => {
    const [kept, undone] = [sampleEvent(), sampleEvent()];
    await database.admin.query('BEGIN');
    await outbox.appendInTransaction(transaction(), undone);
    await database.admin.query('ROLLBACK');
    await database.admin.query('BEGIN');
    await outbox.appendInTransaction(transaction(), kept);
    await database.admin.query('COMMIT');
    expect(await stored()).toEqual([kept.id]);
  });

  it('tells afterwards whether a transaction came to nothing', async () => {
    await database.admin.query('BEGIN');
    const undone = await outbox.appendInTransaction(transaction(), sampleEvent());
    await database.admin.query('ROLLBACK');
    await database.admin.query('BEGIN');
    const kept = await outbox.appendInTransaction(transaction(), sampleEvent());
    await database.admin.query('COMMIT');
    await database.admin.query('BEGIN');
    const underWay = await outbox.appendInTransaction(transaction(), sampleEvent());
    const told = await Promise.all([undone, kept, underWay].map((id) => outbox.wasRolledBack(id)));
    await database.admin.query('ROLLBACK');
    expect(told).toEqual([true, false, false]);
  });

  it('throws OutboxUnavailable when the insert fails or hangs', async () => {
    const failing: TransactionClient = { $queryRawUnsafe: () => Promise.reject(new Error('gone')) };
    await expect(outbox.appendInTransaction(failing, sampleEvent())).rejects.toMatchObject({
      reason: 'error',
    });
    const hanging: TransactionClient = { $queryRawUnsafe: () => new Promise(() => {}) };
    const { error, ms } = await timed(outbox.appendInTransaction(hanging, sampleEvent()));
    expect(error).toMatchObject({ reason: 'timeout' });
    expect(ms).toBeLessThan(1_700);
  });
});
