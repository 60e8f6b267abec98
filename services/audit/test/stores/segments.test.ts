import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  keysOf,
  makeCheckpoint,
  readWitness,
  signingPair,
  verifyExport,
  verifyRow,
  type FullCheckpoint,
} from '@pcft/audit-proof';
import { createId } from '@pcft/credentials';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import pg from 'pg';
import { plannedReader } from '../../src/audit-log/page-reader.ts';
import { createPostgresAuditLogStore } from '../../src/audit-log/postgres-audit-log-store.ts';
import { createPrismaChainRows } from '../../src/checkpoints/chain-rows.ts';
import { proveRow } from '../../src/checkpoints/prove-row.ts';
import { createPrismaCountStore } from '../../src/counts/prisma-count-store.ts';
import { exportLog } from '../../src/export/export-log.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPrismaRowsInOrder } from '../../src/live/rows-in-order.ts';
import { applyRetention } from '../../src/segments/retention.ts';
import { segmentAfter, segmentOf } from '../../src/segments/segment.ts';
import { createPrismaPastCalls } from '../../src/token-reports/past-calls.ts';
import { openLogStores } from '../log-stores.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';
import { verifyChain } from '../verify-chain.ts';

const key = signingPair(randomBytes(32));
const keys = keysOf({ keys: [key.jwk] });
const current = segmentOf(new Date());
const old = segmentAfter(current, -4);
let log: ScratchLog;
let closers: (() => Promise<unknown>)[];

const entryOf = (event: AuditEvent) => readEntry('platform', { id: event.id, body: serializeEvent(event) });

function open() {
  const { chain, checkpoints, segments, prisma, pages, closers: opened } = openLogStores(log, key);
  closers.push(...opened);
  const append = async (name: string, count: number): Promise<AuditEvent[]> => {
    const events = Array.from({ length: count }, () => sampleEvent({ log: name }));
    await chain.append(events.map(entryOf));
    return events;
  };
  const made: FullCheckpoint[] = [];
  const seal = async (): Promise<void> => {
    const checkpoint = await checkpoints.make((about, spans) =>
      makeCheckpoint({ ...about, origin: 'test' }, spans, key),
    );
    if (checkpoint) made.push(checkpoint);
  };
  const rows = createPrismaChainRows(prisma);
  const list = createPostgresAuditLogStore(plannedReader(prisma), pages);
  return { chain, checkpoints, segments, prisma, append, seal, made, rows, list };
}

async function as(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).finally(() => client.end());
}

const partitions = async (): Promise<string[]> => {
  const { rows } = await log.admin.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_event'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

beforeEach(() => {
  closers = [];
});
afterEach(async () => {
  await Promise.all(closers.map((close) => close()));
  await log.drop();
});

describe('the migration to partitions', () => {
  it('keeps every row and chain of a database with data, and finds old rows by what is new', async () => {
    log = await createScratchLog('20261122174000');
    const [one, two] = [createId('ws_'), createId('acc_')];
    const events = [
      sampleEvent({ log: one, metadata: { name: 'Blue whale', n: 42 } }),
      sampleEvent({ log: two, action: 'role.assigned', access: 'permissions' }),
      sampleEvent({ log: one, occurred_at: '2026-01-05T10:00:00.000Z', status: 403, outcome: 'denied' }),
    ];
    const { chainHash, genesisHash } = await import('@pcft/audit-proof');
    const heads = new Map<string, { seq: bigint; hash: Uint8Array }>();
    for (const event of events) {
      const { body } = entryOf(event);
      const head = heads.get(event.log) ?? { seq: 0n, hash: genesisHash };
      const link = { log: event.log, seq: head.seq + 1n, id: event.id, source: 'platform', body };
      const hash = chainHash(head.hash, link);
      heads.set(event.log, { seq: link.seq, hash });
      await log.admin.query(
        `INSERT INTO audit_event (id, log, seq, source, hash, body, readable, occurred_at, service, action,
           required_action, outcome, ip) VALUES ($1, $2, $3, 'platform', $4, $5, true, $6, $7, $8, $9, $10, $11)`,
        [
          ...[event.id, event.log, String(link.seq), hash, body, event.occurred_at, event.service],
          ...[event.action, event.required_action, event.outcome, event.ip],
        ],
      );
    }
    for (const [name, { seq, hash }] of heads)
      await log.admin.query('INSERT INTO chain_head (log, seq, hash) VALUES ($1, $2, $3)', [
        name,
        String(seq),
        hash,
      ]);
    await log.migrate();
    const { list, append, prisma } = open();
    await append(one, 1);
    for (const [name, links] of await log.chains()) {
      const { firstBadSeq, rows } = await verifyChain(links);
      expect([firstBadSeq, rows]).toEqual([null, name === one ? 3 : 1]);
    }
    const all = { limit: 10, offset: 0 };
    const ids = async (logs: string[], filter: object) =>
      (await list.list(logs, filter, all)).items.map(({ id }) => id);
    expect(await ids([one], { words: ['whale', '42'] })).toEqual([events[0]?.id]);
    expect(await ids([one, two], { access: 'permissions' })).toEqual([events[1]?.id]);
    expect(await ids([one], { outcome: 'denied' })).toEqual([events[2]?.id]);
    const from = new Date('2026-01-01');
    const counts = await createPrismaCountStore(prisma).count(one, 'outcome', { from, to: new Date() }, {});
    expect(counts).toContainEqual({ day: '2026-01-05', name: 'denied', rows: 1 });
  });
});

describe('months', () => {
  beforeEach(async () => {
    log = await createScratchLog();
  });

  it('are made ahead by a service that may make nothing else', async () => {
    const { segments } = open();
    const ahead = [0, 1, 2].map((months) => `audit_event_${segmentAfter(current, months)}`);
    expect(await partitions()).toEqual(ahead);
    expect(await segments.ensure()).toBe(0);
    await log.admin.query(`DROP TABLE ${ahead[2]}`);
    const ensured = await Promise.all([open(), open(), open()].map((each) => each.segments.ensure()));
    expect(ensured.sort()).toEqual([0, 0, 1]);
    expect(await partitions()).toEqual(ahead);
    await expect(as(log.runtimeUrl, `SELECT add_segment(202501)`)).rejects.toThrow('permission denied');
  });

  it.each(['UPDATE', 'DELETE FROM', 'TRUNCATE'])(
    'refuse %s, whoever asks, by whatever name',
    async (verb) => {
      await open().append(createId('ws_'), 2);
      for (const table of ['audit_event', `audit_event_${current}`]) {
        const sql = `${verb} ${table} ${verb === 'UPDATE' ? 'SET outcome = outcome' : ''}`;
        await expect(as(log.runtimeUrl, sql)).rejects.toThrow('permission denied');
        await expect(as(log.ownerUrl, sql)).rejects.toThrow('append-only');
      }
      await expect(as(log.runtimeUrl, `SELECT FROM audit_event_${current}`)).rejects.toThrow(
        'permission denied',
      );
    },
  );

  it('a row that came last month is known again this month', async () => {
    const { append, chain } = open();
    const name = createId('ws_');
    const events = await append(name, 3);
    await log.backdate(name, 2n, segmentAfter(current, -1));
    expect(await chain.append(events.map(entryOf))).toEqual([]);
    const [next] = await chain.append([entryOf(sampleEvent({ log: name }))]);
    expect(next).toMatchObject({ seq: 4n, segment: current });
  });

  it('never go back along a chain, though the clock does', async () => {
    const { append, chain } = open();
    const name = createId('ws_');
    await append(name, 1);
    const next = segmentAfter(current, 1);
    await log.admin.query('UPDATE chain_head SET segment = $1', [next]);
    const [row] = await chain.append([entryOf(sampleEvent({ log: name }))]);
    expect(row).toMatchObject({ seq: 2n, segment: next });
    await expect(as(log.ownerUrl, `UPDATE chain_head SET segment = ${current}`)).rejects.toThrow('cannot go');
  });

  it('an id from a future that cannot be is kept raw, once', async () => {
    const { chain } = open();
    const event = sampleEvent({ id: 'aud_7ZZZZZZZZZZZZZZZZZZZZZZZZZ' });
    const [kept] = await chain.append([entryOf(event)]);
    expect(kept).toMatchObject({ id: expect.stringMatching(/^raw_/), log: event.log });
    expect(await chain.append([entryOf(event)])).toEqual([]);
  });

  it('end a span of a checkpoint', async () => {
    const { append, seal, made } = open();
    const name = createId('ws_');
    await append(name, 5);
    await log.backdate(name, 3n, old);
    await seal();
    expect(made.flatMap(({ spans }) => spans.map((span) => [span.from_seq, span.to_seq]))).toEqual([
      [1, 3],
      [4, 5],
    ]);
  });
});

describe('retention', () => {
  const days = (name: string, many: number) => ({ daysOf: () => Promise.resolve(new Map([[name, many]])) });
  let errors: unknown[];
  const apply = (store: ReturnType<typeof open>['segments'], rules: ReturnType<typeof days>) =>
    applyRetention(store, rules, {
      now: new Date(),
      isStopped: () => false,
      onError: (error) => errors.push(error),
    });
  const lines = async ({ rows, checkpoints }: ReturnType<typeof open>, name: string): Promise<string[]> => {
    const [first, to] = [await rows.firstSeq(name), await rows.lastSeq(name)];
    const all: string[] = [];
    const range = { from: first, to, retiredTo: first - 1n };
    for await (const line of exportLog({ rows, checkpoints }, name, range)) all.push(JSON.stringify(line));
    return all;
  };

  beforeEach(async () => {
    log = await createScratchLog();
    errors = [];
  });

  it('removes whole months that are past their days, and what is left verifies from the kept checkpoint', async () => {
    const it = open();
    const [name, other] = [createId('ws_'), createId('ws_')];
    const events = await it.append(name, 9);
    await it.append(other, 4);
    await log.backdate(name, 3n, segmentAfter(old, -1));
    await log.backdate(other, 4n, old);
    await it.seal();
    const before = await partitions();
    expect(before).toContain(`audit_event_${segmentAfter(old, -1)}`);
    expect(await apply(it.segments, days(name, 60))).toEqual({ segments: 1, rows: 3, partitions: 1 });
    expect(errors).toEqual([]);
    // The other log's month stays: it has no days.
    expect(await partitions()).toEqual(
      before.filter((each) => !each.endsWith(String(segmentAfter(old, -1)))),
    );
    const { rows: kept } = await log.admin.query('SELECT * FROM retired_segment');
    expect(kept).toMatchObject([
      { log: name, first_seq: '1', last_seq: '3', checkpoint: '1', removed_at: expect.any(Date) },
    ]);
    const witness = await readWitness(it.made, name, keys);
    if ('problem' in witness) throw new Error(witness.problem);
    for (const options of [{ keys }, { keys, witness }])
      expect(await verifyExport(await lines(it, name), options)).toMatchObject({
        ...{ ok: true, rows: 6, startsAt: 4, retiredTo: 3, sealedTo: 9 },
      });
    const listed = await it.list.list([name], {}, { limit: 10, offset: 0 });
    expect(listed).toMatchObject({ total: 6 });
    const [first, , , fourth] = events;
    expect(await it.list.get(first?.id ?? '', [name])).toBeNull();
    expect(await proveRow(it, name, first?.id ?? '')).toBeNull();
    const proof = await proveRow(it, name, fourth?.id ?? '');
    if (proof === null || proof === 'unsealed') throw new Error('the first kept row has a proof');
    expect(verifyRow(proof, keys)).toMatchObject({ ok: true });
    await it.append(name, 1);
    expect(await apply(it.segments, days(name, 60))).toEqual({ segments: 0, rows: 0, partitions: 0 });
  });

  it('shows nothing of what is retired, though its rows are still being removed', async () => {
    const it = open();
    const name = createId('ws_');
    const events = await it.append(name, 6);
    await log.backdate(name, 4n, old);
    await it.seal();
    expect(await it.segments.retire(name, segmentAfter(current, -2))).toBe(1);
    expect(await it.segments.removeRetired(2)).toBe(2);
    expect((await it.list.list([name], {}, { limit: 10, offset: 0 })).total).toBe(2);
    expect(await it.list.get(events[3]?.id ?? '', [name])).toBeNull();
    expect(await it.rows.find(name, events[3]?.id ?? '')).toBeNull();
    // Nor to a tail or a sink that goes on from before it, nor to a report or a replay.
    const followed = await createPrismaRowsInOrder(it.prisma).after(name, 0n, 10);
    expect(followed.map(({ seq, event }) => [seq, event?.id])).toEqual([
      [5n, events[4]?.id],
      [6n, events[5]?.id],
    ]);
    const calls = [];
    const of = { log: name, patId: null, since: new Date(0) };
    for await (const page of createPrismaPastCalls(it.prisma).pages(of)) calls.push(...page);
    expect(calls.map(({ id }) => id).sort()).toEqual([events[4]?.id, events[5]?.id].sort());
    expect(await verifyExport(await lines(it, name), { keys })).toMatchObject({ ok: true, rows: 2 });
    expect(await it.segments.removeRetired(2)).toBe(2);
    expect(await it.segments.removeRetired(2)).toBe(0);
    expect(await it.segments.removeRetired(2)).toBeNull();
  });

  it('is refused for what is not closed for 30 days, not sealed, or not whole', async () => {
    const it = open();
    const [young, unsealed, broken] = [createId('ws_'), createId('ws_'), createId('ws_')];
    for (const name of [young, broken]) await it.append(name, 3);
    await log.backdate(broken, 3n, old);
    await it.seal();
    await it.append(unsealed, 3);
    await log.backdate(unsealed, 3n, old);
    await expect(it.segments.retire(young, segmentAfter(current, 1))).rejects.toThrow(
      'not closed for 30 days',
    );
    await expect(it.segments.retire(unsealed, segmentAfter(old, 1))).rejects.toThrow('no checkpoint vouches');
    await log.admin.query('SET session_replication_role = replica');
    await log.admin.query('DELETE FROM audit_event WHERE log = $1 AND seq = 2', [broken]);
    await log.admin.query('RESET session_replication_role');
    await expect(it.segments.retire(broken, segmentAfter(old, 1))).rejects.toThrow('is broken');
    await apply(it.segments, {
      daysOf: () => Promise.resolve(new Map([unsealed, broken].map((each) => [each, 30]))),
    });
    expect(errors).toHaveLength(2);
    expect((await log.admin.query('SELECT FROM retired_segment')).rowCount).toBe(0);
    expect((await log.admin.query('SELECT FROM audit_event')).rowCount).toBe(8);
  });

  it('cannot be faked: no row goes that no retired segment names, and those are written by one function', async () => {
    const it = open();
    const name = createId('ws_');
    await it.append(name, 3);
    await log.backdate(name, 2n, old);
    await it.seal();
    await it.segments.retire(name, segmentAfter(old, 1));
    await expect(as(log.runtimeUrl, 'DELETE FROM retired_segment')).rejects.toThrow('permission denied');
    await expect(
      as(log.runtimeUrl, `INSERT INTO retired_segment SELECT * FROM retired_segment`),
    ).rejects.toThrow('permission denied');
    await expect(as(log.ownerUrl, 'DELETE FROM retired_segment')).rejects.toThrow('append-only');
    await expect(as(log.ownerUrl, 'UPDATE retired_segment SET last_seq = 3')).rejects.toThrow('append-only');
    await expect(as(log.ownerUrl, 'DELETE FROM audit_event WHERE seq = 3')).rejects.toThrow('append-only');
    await expect(as(log.runtimeUrl, 'DELETE FROM audit_event WHERE seq = 1')).rejects.toThrow(
      'permission denied',
    );
  });
});
