import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { verifyChain } from '../verify-chain.ts';
import { type ChainEntry, readEntry } from '../../src/ingest/chain-entry.ts';
import type { ChainStore } from '../../src/ingest/chain-store.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

let log: ScratchLog;
let stores: ChainStore[];

const open = (): ChainStore => {
  const store = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
  stores.push(store);
  return store;
};
const entryOf = (event: AuditEvent): ChainEntry =>
  readEntry('platform', { id: event.id, body: serializeEvent(event) });

/** Every chain holds, ends where its head says, and all chains together have so many rows. */
async function expectWhole(rows: number): Promise<void> {
  const chains = await log.chains();
  const { rows: heads } = await log.admin.query<{ log: string; seq: string; hash: Buffer }>(
    'SELECT log, seq, hash FROM chain_head WHERE seq > 0 ORDER BY log',
  );
  expect(heads.map((head) => head.log)).toEqual([...chains.keys()]);
  for (const head of heads) {
    const verdict = await verifyChain(chains.get(head.log) ?? []);
    expect(verdict).toEqual({ rows: Number(head.seq), firstBadSeq: null, hash: head.hash });
  }
  expect([...chains.values()].flat()).toHaveLength(rows);
}

beforeEach(async () => {
  log = await createScratchLog();
  stores = [];
});

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await log.drop();
});

describe('usage', () => {
  const usage = async () =>
    (
      await log.admin.query<Record<string, unknown>>(`
      SELECT pat_id, day::text, calls::int, refused::int, last_at, host(last_ip) AS last_ip, last_service
      FROM usage_day ORDER BY pat_id, day`)
    ).rows;
  const pats = [createId('pat_'), createId('pat_')];
  const call = (n: number, fields: Partial<AuditEvent> = {}) =>
    sampleEvent({
      actor: { type: 'account', id: createId('acc_'), pat_id: pats[n % 2] ?? null, session_id: null },
      occurred_at: '2026-11-22T10:00:00.000Z',
      ...fields,
    });

  it('is counted once for each row, however often and in whatever order it is delivered', async () => {
    const store = open();
    const newest = call(0, { occurred_at: '2026-11-22T12:00:00.000Z', ip: '192.0.2.7', service: 'tokens' });
    const entries = [newest, ...Array.from({ length: 9 }, () => call(0))].map(entryOf);
    await store.append(entries.slice(0, 6));
    await store.append(entries);
    await store.append([...entries, ...entries]);
    await store.append([entryOf(call(0, { status: 401, outcome: 'denied' }))]);
    expect(await usage()).toEqual([
      {
        pat_id: pats[0],
        day: '2026-11-22',
        calls: 10,
        refused: 1,
        last_at: new Date('2026-11-22T12:00:00.000Z'),
        last_ip: '192.0.2.7',
        last_service: 'tokens',
      },
    ]);
  });

  it('is exact, and nobody waits for ever, when many writers count the same tokens in many chains', async () => {
    const stores = [open(), open(), open()];
    const logs = Array.from({ length: 6 }, () => createId('ws_'));
    const batches = Array.from({ length: 24 }, (_, n) =>
      Array.from({ length: 20 }, (_, m) => {
        const day = (n + m) % 3;
        return entryOf(
          call(m, { log: logs[(n + m) % 6] ?? '', occurred_at: `2026-11-2${day}T10:00:00.000Z` }),
        );
      }),
    );
    // Every batch twice, as relays repeat those whose answer was lost.
    await Promise.all([...batches, ...batches].map(async (batch, n) => stores[n % 3]?.append(batch)));
    const days = await usage();
    expect(days).toHaveLength(6);
    expect(days.reduce((sum, { calls }) => sum + Number(calls), 0)).toBe(480);
    await expectWhole(480);
  });

  it('is not counted for a batch that fails', async () => {
    const store = open();
    await log.admin.query(`ALTER TABLE usage_day ADD CHECK (calls < 3)`);
    await expect(store.append([call(0), call(0), call(0)].map(entryOf))).rejects.toThrow();
    expect(await usage()).toEqual([]);
    await expectWhole(0);
  });

  it('is made from rows that were there before it was counted', async () => {
    const store = open();
    await store.append([call(0), call(0, { status: 429, outcome: 'denied' }), call(1)].map(entryOf));
    const counted = await usage();
    const migrations = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');
    const text = readFileSync(join(migrations, '20261122143300_count_usage', 'migration.sql'), 'utf8');
    await log.admin.query('TRUNCATE usage_day');
    await log.admin.query(text.slice(text.indexOf('INSERT INTO usage_day')));
    expect(await usage()).toEqual(counted);
  });
});

describe('append', () => {
  it('chains events in order, one chain for each log', async () => {
    const store = open();
    const [a, b] = [createId('ws_'), createId('acc_')];
    const events = Array.from({ length: 20 }, (_, n) => sampleEvent({ log: n % 2 ? a : b }));
    const first = await store.append(events.slice(0, 10).map(entryOf));
    expect(first.map(({ seq }) => Number(seq))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    await store.append(events.slice(10).map(entryOf));
    await expectWhole(20);
    const chain = (await log.chains()).get(a) ?? [];
    expect(chain.map(({ id }) => id)).toEqual(events.filter((event) => event.log === a).map(({ id }) => id));
    expect(Buffer.from(chain[0]?.body ?? []).toString()).toBe(JSON.stringify(events[1]));
  });

  it('takes a repeated delivery once, also within a batch', async () => {
    const store = open();
    const entries = [sampleEvent(), sampleEvent()].map(entryOf);
    expect(await store.append([...entries, ...entries])).toHaveLength(2);
    expect(await store.append(entries)).toEqual([]);
    await expectWhole(2);
  });

  it('keeps an event whose id was used before, raw', async () => {
    const store = open();
    const event = sampleEvent();
    const other = entryOf({ ...event, status: 201 });
    await store.append([entryOf(event)]);
    const [kept] = await store.append([other]);
    expect(kept).toMatchObject({
      id: expect.stringMatching(/^raw_/),
      log: event.log,
      seq: 2n,
      body: other.body,
    });
    expect(await store.append([other])).toEqual([]);
    await expectWhole(2);
  });

  it('chains what cannot be read, byte by byte', async () => {
    const store = open();
    const bodies = ['{', '{"log":"ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V","x":"\\u0000"}', 'a\0b'];
    await store.append(bodies.map((body, n) => readEntry('tokens', { id: `${n}`, body })));
    await expectWhole(3);
    const rows = [...(await log.chains()).values()].flat();
    expect(rows.map(({ body }) => Buffer.from(body).toString()).sort()).toEqual(bodies.sort());
  });

  it('appends nothing of a batch that fails, and works again afterwards', async () => {
    const store = open();
    await log.admin.query(`ALTER TABLE audit_event ADD CHECK (action <> 'poison')`);
    const good = entryOf(sampleEvent());
    await expect(store.append([good, entryOf(sampleEvent({ action: 'poison' }))])).rejects.toThrow();
    await expectWhole(0);
    expect(await store.append([good])).toHaveLength(1);
  });
});

describe('appends at once', () => {
  const batch = (n: number) => Array.from({ length: n }, () => entryOf(sampleEvent({ log: one })));
  const one = createId('ws_');
  const transactions = async (): Promise<number> => {
    const { rows } = await log.admin.query<{ n: number }>(
      'SELECT count(DISTINCT xmin::text)::int AS n FROM audit_event',
    );
    return rows[0]?.n ?? -1;
  };

  it('are joined while others are at work, and each gets its own rows, in the order it came', async () => {
    const store = open();
    const batches = [batch(3), batch(4), batch(5), batch(6), batch(7)];
    const chained = await Promise.all(batches.map((each) => store.append(each)));
    expect(chained.map((rows) => rows.map(({ id }) => id))).toEqual(
      batches.map((rows) => rows.map(({ id }) => id)),
    );
    await expectWhole(25);
    // The first two at once, all that came meanwhile together.
    expect(await transactions()).toBe(3);
  });

  it('keep apart what is repeated, and what takes an id that was used', async () => {
    const store = open();
    const [known, ...others] = batch(5);
    if (!known?.event) throw new Error('no event');
    const impostor = entryOf({ ...known.event, request_id: 'req_another' });
    const filler = [batch(1), batch(1)];
    const [, , ...chained] = await Promise.all([
      ...filler.map((each) => store.append(each)),
      store.append([known]),
      store.append([known, ...others]),
      store.append([impostor]),
    ]);
    expect(chained.map((rows) => rows.length)).toEqual([1, 4, 1]);
    expect(chained[2]?.[0]?.id).toMatch(/^raw_/);
    await expectWhole(8);
  });

  it('fail alone: one that cannot be stored takes no other with it', async () => {
    const store = open();
    await log.admin.query(`ALTER TABLE audit_event ADD CHECK (action <> 'poison')`);
    const batches = [batch(1), batch(1), batch(2), [entryOf(sampleEvent({ action: 'poison' }))], batch(3)];
    const outcomes = await Promise.allSettled(batches.map((each) => store.append(each)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    await expectWhole(7);
  });
});

describe('appends beside a log that is locked', () => {
  it('wait for their own log alone, though they were joined', async () => {
    const store = open();
    const [locked, free] = [createId('ws_'), createId('ws_')];
    const of = (logId: string) => [entryOf(sampleEvent({ log: logId }))];
    await Promise.all([store.append(of(locked)), store.append(of(free))]);
    await log.admin.query('BEGIN');
    await log.admin.query('SELECT FROM chain_head WHERE log = $1 FOR UPDATE', [locked]);
    const outcomes = Promise.allSettled(
      [free, free, locked, free, locked, free].map((each) => store.append(of(each))),
    );
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    await log.admin.query('COMMIT');
    await store.append(of(locked));
    await expectWhole(7);
  }, 20_000);
});

describe('three writers, repeated batches in any order, sessions killed', () => {
  it('lose nothing, write nothing twice, and the chains hold', async () => {
    const logs = Array.from({ length: 12 }, () => createId('ws_'));
    const batches = Array.from({ length: 120 }, () =>
      Array.from({ length: 30 }, () =>
        entryOf(sampleEvent({ log: logs[Math.floor(Math.random() * 12)] ?? '' })),
      ),
    );
    const deliveries = batches
      .flatMap((batch) => Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => batch))
      .sort(() => Math.random() - 0.5);
    let failures = 0;
    const writer = async (store: ChainStore): Promise<void> => {
      for (let batch = deliveries.pop(); batch; batch = deliveries.pop()) {
        for (let done = false; !done;) {
          await store.append(batch).then(
            () => (done = true),
            // A store that was closed refuses at once: the test's own time has to go on.
            () => (failures++, sleep(1)),
          );
        }
      }
    };
    let kills = 0;
    const killer = setInterval(() => {
      log.admin
        .query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'audit ingest' AND state <> 'idle' LIMIT 1`,
        )
        .then(
          ({ rowCount }) => (kills += rowCount ?? 0),
          () => {},
        );
    }, 25);
    try {
      await Promise.all([open(), open(), open()].map(writer));
    } finally {
      clearInterval(killer);
    }
    expect(kills).toBeGreaterThan(3);
    expect(failures).toBeGreaterThan(0);
    await expectWhole(120 * 30);
    const ids = new Set([...(await log.chains()).values()].flat().map(({ id }) => id));
    expect(batches.flat().every(({ id }) => ids.has(id))).toBe(true);
  });
});

describe('the database itself', () => {
  const refused = /permission denied|append-only/;

  it.each(['UPDATE audit_event SET outcome = outcome', 'DELETE FROM audit_event', 'TRUNCATE audit_event'])(
    'refuses to the service: %s',
    async (sql) => {
      await open().append([entryOf(sampleEvent())]);
      const service = new pg.Client({ connectionString: log.runtimeUrl });
      await service.connect();
      await expect(service.query(sql)).rejects.toThrow(/permission denied/);
      await expect(service.query('DELETE FROM chain_head')).rejects.toThrow(/permission denied/);
      await expect(service.query('ALTER TABLE audit_event DISABLE TRIGGER ALL')).rejects.toThrow(
        /must be owner/,
      );
      await service.end();
    },
  );

  it.each([
    'UPDATE audit_event SET outcome = outcome',
    'DELETE FROM audit_event',
    'TRUNCATE audit_event',
    'DELETE FROM chain_head',
    'TRUNCATE chain_head',
  ])('refuses even to the owner: %s', async (sql) => {
    await open().append([entryOf(sampleEvent())]);
    const owner = new pg.Client({ connectionString: log.ownerUrl });
    await owner.connect();
    await expect(owner.query(sql)).rejects.toThrow(refused);
    await expect(owner.query('UPDATE chain_head SET seq = 0')).rejects.toThrow(/cannot go from 1 to 0/);
    await owner.end();
  });

  it('refuses the COMMIT of a writer that was silent for a second', async () => {
    const writer = new pg.Client({
      connectionString: log.runtimeUrl,
      idle_in_transaction_session_timeout: 1_000,
    });
    writer.on('error', () => {});
    await writer.connect();
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO chain_head (log, seq, hash) VALUES ('ws_late', 0, decode(repeat('00', 32), 'hex'))`,
    );
    // Whoever needs the same head waits for a second at most.
    const from = performance.now();
    await open().append([{ ...entryOf(sampleEvent()), log: 'ws_late' }]);
    expect(performance.now() - from).toBeGreaterThan(500);
    await expect(writer.query('COMMIT')).rejects.toThrow();
    await expectWhole(1);
  });
});
