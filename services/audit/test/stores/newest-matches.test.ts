import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { serializeEvent } from '@pcft/events';
import { sampleEvent } from '@pcft/testing';
import { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditLogStore, ListWindow } from '../../src/audit-log/audit-log-store.ts';
import type { AuditFilter, AuditRow } from '../../src/audit-log/audit-row.ts';
import { createPageReader, plannedReader } from '../../src/audit-log/page-reader.ts';
import { createPostgresAuditLogStore } from '../../src/audit-log/postgres-audit-log-store.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import { segmentAfter, segmentEnd, segmentOf } from '../../src/segments/segment.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';

// More matches than are counted, behind more rows of others than are walked through, in months of the past.
const current = segmentOf(new Date());
/** How many rows stand in the month so long ago, and whether they match. */
const months = [
  { ago: 3, rows: 5_400, matches: true },
  { ago: 2, rows: 5_200, matches: true },
  { ago: 1, rows: 400, matches: false },
  { ago: 0, rows: 5_600, matches: false },
];
/** A row that came in this month, and happened two months ago. */
const late = 11_300;

interface Row {
  readonly log: string;
  readonly seq: number;
  readonly occurredAt: number;
  readonly matches: boolean;
}

let scratch: ScratchLog;
let prisma: PrismaClient;
let pages: ReturnType<typeof createPageReader>;
let store: AuditLogStore;
const [tardy, gone] = [createId('ws_'), createId('ws_')];
const rows = [tardy, gone].flatMap(rowsOf);

function rowsOf(log: string): Row[] {
  let seq = 0;
  return months.flatMap(({ ago, rows, matches }) => {
    const start = segmentEnd(segmentAfter(current, -ago - 1)).getTime();
    return Array.from({ length: rows }, (_, n): Row => {
      seq++;
      // Of both logs at once every third time.
      const occurredAt = start + n * 1_000 + (log === gone && n % 3 > 0 ? 500 : 0);
      return log === tardy && seq === late
        ? { log, seq, matches: true, occurredAt: occurredIn(2) + 2_000_500 }
        : { log, seq, matches, occurredAt };
    });
  });
}

function occurredIn(ago: number): number {
  return segmentEnd(segmentAfter(current, -ago - 1)).getTime();
}

beforeAll(async () => {
  scratch = await createScratchLog();
  prisma = new PrismaClient({
    adapter: createPrismaAdapter({ url: scratch.runtimeUrl, applicationName: 'audit test' }),
  });
  pages = createPageReader({ DATABASE_URL: scratch.runtimeUrl, DATABASE_POOL: 4 }, () => undefined);
  store = createPostgresAuditLogStore(plannedReader(prisma), pages);
  const chain = createPostgresChainStore({ databaseUrl: scratch.runtimeUrl });
  for (let from = 0; from < rows.length; from += 500) {
    const batch = rows.slice(from, from + 500).map(({ log, matches, occurredAt, seq }) =>
      sampleEvent({
        log,
        occurred_at: new Date(occurredAt).toISOString(),
        resource: `pcft:platform:workspace/${matches ? 'old' : 'new'}/member/${seq % 300}`,
        ip: matches ? `10.0.${seq % 200}.1` : '192.0.2.1',
        metadata: matches ? { text: 'wanted' } : {},
      }),
    );
    await chain.append(
      batch.map((event) => readEntry('platform', { id: event.id, body: serializeEvent(event) })),
    );
  }
  await chain.close();
  for (const log of [tardy, gone]) {
    let to = rows.length / 2;
    for (const { ago, rows } of months.toReversed()) {
      if (ago > 0) await scratch.backdate(log, BigInt(to), segmentAfter(current, -ago));
      to -= rows;
    }
  }
  await scratch.admin.query('VACUUM ANALYZE audit_event');
}, 60_000);

afterAll(async () => {
  await prisma.$disconnect();
  await pages.close();
  await scratch.drop();
});

it('the row that came late is where these tests look for it', () => {
  expect(matchesOf([tardy]).findIndex(({ seq }) => seq === late)).toBe(3_199);
});

/** Newest first, then by log, then by place: sorted here, not there. */
function matchesOf(logs: readonly string[]): Row[] {
  return rows
    .filter(({ log, matches }) => matches && logs.includes(log))
    .sort((a, b) => b.occurredAt - a.occurredAt || (a.log < b.log ? 1 : a.log > b.log ? -1 : b.seq - a.seq));
}

const placesOf = (items: readonly AuditRow[]): string[] =>
  items.map(({ log, seq, occurredAt }) => `${log} ${seq} ${occurredAt.toISOString()}`);
const expectedOf = (items: readonly Row[]): string[] =>
  items.map(({ log, seq, occurredAt }) => `${log} ${seq} ${new Date(occurredAt).toISOString()}`);

describe.each<[string, AuditFilter]>([
  ['a range of addresses', { ip: '10.0.0.0/8' }],
  ['a range of addresses beside another filter', { ip: '10.0.0.0/8', outcome: 'success' }],
  ['a resource and all below', { resource: 'pcft:platform:workspace/old' }],
  ['a word', { words: ['wanted'] }],
])('%s', (_what, filter) => {
  it.each([
    ['of a log with a row that came late', [tardy]],
    ['of one without', [gone]],
    ['of both', [tardy, gone]],
  ])('finds the newest %s, page by page', async (_of, logs) => {
    const expected = matchesOf(logs);
    const find = (window: Partial<ListWindow>) =>
      store.list(logs, filter, { limit: 20, offset: 0, ...window });
    // The row that came late is the 3,200th of its log: in the page behind the cursor.
    for (const offset of [0, 3_170, 9_990]) {
      const page = await find({ offset });
      expect(page).toMatchObject({ total: 10_000, isTotalExceeded: true, hasMore: true });
      expect(placesOf(page.items)).toEqual(expectedOf(expected.slice(offset, offset + 20)));
      const after = page.items.at(-1);
      const next = await find({ ...(after && { after }) });
      expect(placesOf(next.items)).toEqual(expectedOf(expected.slice(offset + 20, offset + 40)));
    }
    const last = expected.at(-6);
    if (!last) throw new Error('there are matches');
    const after = { log: last.log, seq: BigInt(last.seq), occurredAt: new Date(last.occurredAt) };
    const end = await find({ after });
    expect(placesOf(end.items)).toEqual(expectedOf(expected.slice(-5)));
    expect(end.hasMore).toBe(false);
  });

  it('is cut by time', async () => {
    const [from, to] = [new Date(occurredIn(3)), new Date(occurredIn(3) + 60_000)];
    const { items, total } = await store.list([tardy], { ...filter, from, to }, { limit: 100, offset: 0 });
    const expected = matchesOf([tardy]).filter(
      ({ occurredAt }) => occurredAt >= from.getTime() && occurredAt < to.getTime(),
    );
    expect(placesOf(items)).toEqual(expectedOf(expected));
    expect(total).toBe(expected.length);
  });
});
