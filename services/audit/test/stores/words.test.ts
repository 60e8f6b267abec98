import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCheckpoint, signingPair } from '@pcft/audit-proof';
import { createId } from '@pcft/credentials';
import { type AuditEvent, serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Position } from '../../src/audit-log/audit-row.ts';
import { plannedReader } from '../../src/audit-log/page-reader.ts';
import { createPostgresAuditLogStore } from '../../src/audit-log/postgres-audit-log-store.ts';
import { searchWords } from '../../src/audit-log/search-words.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { segmentAfter, segmentOf } from '../../src/segments/segment.ts';
import { openLogStores } from '../log-stores.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

const key = signingPair(randomBytes(32));
const current = segmentOf(new Date());
const old = segmentAfter(current, -4);
const ws = createId('ws_');
let log: ScratchLog;
let stores: ReturnType<typeof openLogStores>;

beforeEach(async () => {
  log = await createScratchLog();
  stores = openLogStores(log, key);
});
afterEach(async () => {
  await Promise.all(stores.closers.map((close) => close()));
  await log.drop();
});

const noted = (note: string, fields: Partial<AuditEvent> = {}): AuditEvent =>
  sampleEvent({ log: ws, metadata: { note }, ...fields });
const append = (events: readonly AuditEvent[]) =>
  stores.chain.append(
    events.map((event) => readEntry('platform', { id: event.id, body: serializeEvent(event) })),
  );
const list = (
  word: string,
  window: { limit: number; offset?: number; after?: Position },
  logs: readonly string[] = [ws],
) =>
  createPostgresAuditLogStore(plannedReader(stores.prisma), stores.pages).list(
    logs,
    { words: [word] },
    { offset: 0, ...window },
  );
const words = async (): Promise<unknown[]> =>
  (await log.admin.query('SELECT log, word, seq, segment, previous FROM audit_word ORDER BY seq, word')).rows;

async function as(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).finally(() => client.end());
}

describe('a single word', () => {
  // 𐐨 comes before 豈 for UTF-16, and behind it for bytes.
  const notes = ['data', 'data1 data2 databank', 'dat', 'da', '豈x 豈y 𐐨z', '豈 𐐨', 'metadata data9', ''];

  it.each(['data', 'dat', 'da', 'data2', '豈x', '𐐨z', '豈', 'nothing', 'data9', 'met'])(
    'finds each row with one that begins so once: %s',
    async (word) => {
      const events = notes.map((note, n) =>
        noted(note, { occurred_at: new Date(Date.UTC(2026, 0, 1, 0, (n * 5) % 8)).toISOString() }),
      );
      await append(events);
      await append([noted('data', { log: createId('ws_') })]);
      const expected = events
        .filter((event) =>
          searchWords(event).some((each) => ([...word].length < 3 ? each === word : each.startsWith(word))),
        )
        .sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
      const { items, total, hasMore } = await list(word, { limit: 100 });
      expect(items.map(({ event }) => event)).toEqual(expected);
      expect([total, hasMore]).toEqual([expected.length, false]);
    },
  );

  it('is found in order though a row came late, or by a clock that was ahead, months after others', async () => {
    const minutes = [0, 4, 8, 9, 2, 6, 10, 7, 3];
    const events = minutes.map((minute) =>
      noted('blue whale', { occurred_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() }),
    );
    await append(events);
    // The first four in a month of the past: two of them are newer than some of this month.
    await log.backdate(ws, 4n, old);
    const newestFirst = events.toSorted((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1));
    const other = createId('acc_');
    await append([noted('whale', { log: other, occurred_at: '2026-01-01T00:05:00.000Z' })]);
    for (const limit of [1, 2, 3, 5, 20]) {
      const paged: unknown[] = [];
      for (let after: Position | undefined; ;) {
        const page = await list('wha', { limit, ...(after && { after }) });
        paged.push(...page.items.map(({ event }) => event));
        expect(page.total).toBe(9);
        after = page.items.at(-1);
        if (!page.hasMore) break;
      }
      expect(paged).toEqual(newestFirst);
      const skipped = await list('wha', { limit, offset: 3 });
      expect(skipped.items.map(({ event }) => event)).toEqual(newestFirst.slice(3, 3 + limit));
    }
    expect(await list('whale', { limit: 4 }, [ws, other])).toMatchObject({ total: 10, hasMore: true });
  });
});

describe('a word that nearly every row has', () => {
  it('leads to the newest at once, without sorting them all, and on by cursor', async () => {
    const rows = 20_100;
    const base = Date.UTC(2026, 0, 1);
    const all = Array.from({ length: rows }, (_, n) =>
      noted('common', { occurred_at: new Date(base + n * 1_000).toISOString() }),
    );
    for (let from = 0; from < rows; from += 2_000) await append(all.slice(from, from + 2_000));
    const newest = all.toReversed();
    const first = await list('comm', { limit: 20 });
    expect(first).toMatchObject({ total: 10_000, isTotalExceeded: true, hasMore: true });
    expect(first.items.map(({ event }) => event)).toEqual(newest.slice(0, 20));
    const after = first.items.at(-1);
    const second = await list('comm', { limit: 20, ...(after && { after }) });
    expect(second.items.map(({ event }) => event)).toEqual(newest.slice(20, 40));
  }, 60_000);
});

describe('the words of rows', () => {
  it('are found of rows that were there before words were kept', async () => {
    await append([noted('Ada Lovelace ada42'), noted(''), noted('𐐨 豈 whale')]);
    const kept = await words();
    expect(kept).toHaveLength(6);
    const migrations = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');
    const text = readFileSync(join(migrations, '20261122200000_index_words', 'migration.sql'), 'utf8');
    await log.admin.query('SET session_replication_role = replica');
    await log.admin.query('DELETE FROM audit_word');
    await log.admin.query('RESET session_replication_role');
    const [filling] = text.slice(text.indexOf('INSERT INTO audit_word')).split(';');
    await log.admin.query(filling ?? '');
    expect(await words()).toEqual(kept);
  });

  it.each(['UPDATE', 'DELETE FROM', 'TRUNCATE'])(
    'refuse %s, whoever asks, by whatever name',
    async (verb) => {
      await append([noted('whale')]);
      for (const table of ['audit_word', `audit_word_${current}`]) {
        const sql = `${verb} ${table} ${verb === 'UPDATE' ? `SET previous = ''` : ''}`;
        await expect(as(log.runtimeUrl, sql)).rejects.toThrow('permission denied');
        await expect(as(log.ownerUrl, sql)).rejects.toThrow('append-only');
      }
    },
  );

  it('go with what is retired: hidden at once, removed with the rows, and at last their month', async () => {
    await append([noted('whale one'), noted('whale two'), noted('whale three')]);
    await log.backdate(ws, 2n, old);
    await stores.checkpoints.make((about, spans) => makeCheckpoint({ ...about, origin: 'test' }, spans, key));
    expect(await stores.segments.retire(ws, segmentAfter(old, 1))).toBe(1);
    const { items, total } = await list('whale', { limit: 10 });
    expect([total, items.map(({ seq }) => seq)]).toEqual([1, [3n]]);
    let removed = 0;
    for (
      let rows = await stores.segments.removeRetired(1);
      rows !== null;
      rows = await stores.segments.removeRetired(1)
    )
      removed += rows;
    expect(removed).toBe(2);
    expect(await words()).toMatchObject([
      { word: 'three', seq: '3' },
      { word: 'whale', seq: '3', previous: 'three' },
    ]);
    const months = async () =>
      (
        await log.admin.query<{ month: string }>(
          `SELECT right(inhrelid::regclass::text, 6) AS month FROM pg_inherits
           WHERE inhparent = 'audit_word'::regclass ORDER BY 1`,
        )
      ).rows.map(({ month }) => Number(month));
    expect(await stores.segments.dropEmpty()).toBe(1);
    expect(await months()).toContain(old);
    expect(await stores.segments.dropEmpty()).toBe(0);
    expect(await months()).toEqual([0, 1, 2].map((ahead) => segmentAfter(current, ahead)));
    expect((await list('whale', { limit: 10 })).total).toBe(1);
  });
});
