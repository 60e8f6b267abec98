import type { AuditEvent } from '@pcft/events';
import { Prisma } from '../../generated/prisma/client.ts';
import { firstSegmentOf } from '../segments/segment.ts';
import { type AuditLogStore, type ListedRows, type ListWindow, mostCounted } from './audit-log-store.ts';
import type { AuditFilter, AuditRow } from './audit-row.ts';
import { ranged } from './filter-conditions.ts';
import { combinedScans } from './combined-scans.ts';
import { findNewest, type PagePlace, recentSegment, sortByMonths, walkBack } from './newest-matches.ts';
import {
  countQuery,
  hitsQuery,
  pageQuery,
  recentScans,
  sortedQuery,
  type StoredRow,
} from './page-queries.ts';
import { asksForKinds, findKinds } from './row-kinds.ts';
import type { PageReader, RowReader } from './page-reader.ts';
import { addressScans, asksOnlyFor, type RowScan, rowScans, wordScans } from './row-scans.ts';

export function createPostgresAuditLogStore({
  plannedOnce: pages,
  plannedEach: planned,
}: Pick<PageReader, 'plannedOnce' | 'plannedEach'>): AuditLogStore {
  return {
    async list(logs, filter, window) {
      const since = recentSegment(filter, window);
      const words = wordScans(logs, filter);
      const addresses = addressScans(logs, filter);
      const kinds = asksForKinds(filter) ? await findKinds(pages, logs) : null;
      const scans = addresses ?? rowScans(logs, filter, kinds);
      if (scans.length === 0) return { items: [], total: 0, isTotalExceeded: false, hasMore: false };
      const place = { window, since, firstOf: async () => firstOf(await boundsOf(pages, logs)) };
      const combined = await combinedScans(planned, logs, filter, kinds);
      if (combined) return listRanged(planned, combined, place, scans);
      if (words) return listWords(pages, { words, scans }, place);
      if (addresses || !isRanged(filter, scans))
        return listOrdered(pages, scans, window, isEmpty(filter) ? boundsOf(pages, logs) : null);
      const list = asksOnlyFor(filter, ['ip']) ? listWide : listRanged;
      return list(ofOneIndex(filter) ? pages : planned, scans, place);
    },
    async get(id, logs) {
      const [row] = await pages.read<StoredRow>(Prisma.sql`
        SELECT event.id, log, event.seq, event.hash, event.source, event.occurred_at, event.readable, event.body
        FROM audit_event AS event JOIN chain_head AS head USING (log)
        WHERE event.id = ${id} AND event.segment >= ${firstSegmentOf(id)}::int
          AND event.segment >= head.first_segment AND log = ANY(${[...logs]}::text[])`);
      return row ? toRow(row) : null;
    },
  };
}

/** What of a log is kept. */
interface LogBounds {
  /** The month of its first row. */
  readonly first: number;
  /** All there are. */
  readonly rows: string;
}

function boundsOf(reader: RowReader, logs: readonly string[]): Promise<LogBounds[]> {
  return reader.read(Prisma.sql`
    SELECT first_segment AS first, seq - first_seq + 1 AS rows FROM chain_head
    WHERE log = ANY(${[...logs]}::text[]) AND seq >= first_seq`);
}

function firstOf(bounds: readonly LogBounds[]): number {
  return Math.min(...bounds.map(({ first }) => first));
}

const isEmpty = (filter: AuditFilter): boolean => Object.keys(filter).length === 0;

/**
 * Beside a range, what else is asked for has an index of its own: which is the better one depends on how common each value
 * is, and a plan for any values does not know.
 */
const ofOneIndex = (filter: AuditFilter): boolean => asksOnlyFor(filter, ['resource', 'ip']);

function isRanged(filter: AuditFilter, [scan]: readonly RowScan[]): boolean {
  return scan !== undefined && ranged(filter, scan.log).length > 0;
}

/** @param bounds where nothing is asked for: the ends of the chains say how many there are */
async function listOrdered(
  reader: RowReader,
  scans: readonly RowScan[],
  window: ListWindow,
  bounds: Promise<readonly LogBounds[]> | null,
): Promise<ListedRows> {
  const [page, total] = await Promise.all([
    reader.read<StoredRow>(pageQuery(scans, window)),
    bounds
      ? bounds.then((ends) => ends.reduce((sum, { rows }) => sum + Number(rows), 0))
      : count(reader, countQuery(scans)),
  ]);
  return listed(page, window, total);
}

/** As many matches are sorted in some milliseconds, from an index that holds all that is needed of them. */
const soonSorted = 20_000;

/**
 * Words are counted by their index alone. Those of the newest months are the page where they fill it; else few matches are sorted.
 * Where even the newest are many, they are soon met by walking back through the rows.
 *
 * @param scans the same rows, found without the table of words
 */
async function listWords(
  reader: RowReader,
  { words, scans }: { readonly words: readonly RowScan[]; readonly scans: readonly RowScan[] },
  place: PagePlace,
): Promise<ListedRows> {
  const { window, since } = place;
  const [total, recent] = await Promise.all([
    count(reader, countQuery(words)),
    findHits(reader, recentScans(words, since), window, soonSorted),
  ]);
  if (recent.total <= soonSorted && recent.rows.length > window.limit)
    return listed(recent.rows, window, total);
  if (total <= mostCounted) return listed(await reader.read(sortedQuery(words, window)), window, total);
  const walked = recent.total > soonSorted ? await walkBack(reader, scans, window) : null;
  return listed(walked ?? (await sortByMonths(reader, words, place)), window, total);
}

/**
 * An index finds the matches, but in another order. Few are sorted. Where there are many, the newest are soon met by
 * walking back in time, or are those of the newest months.
 *
 * @param plain the same rows, told by their own columns alone: what is walked through is looked at anyway
 */
async function listRanged(
  reader: RowReader,
  scans: readonly RowScan[],
  place: PagePlace,
  plain = scans,
): Promise<ListedRows> {
  const { window } = place;
  const { total, rows } = await findHits(reader, scans, window);
  if (total <= mostCounted) return listed(rows, window, total);
  const walked = await walkBack(reader, plain, window);
  return listed(walked ?? (await findNewest(reader, scans, place)), window, total);
}

/** As `listRanged`, where there are many for sure: what will be needed is done at once. */
async function listWide(reader: RowReader, scans: readonly RowScan[], place: PagePlace): Promise<ListedRows> {
  const { window } = place;
  const [total, walked] = await Promise.all([
    count(reader, countQuery(scans)),
    walkBack(reader, scans, window),
  ]);
  if (walked) return listed(walked, window, total);
  if (total <= mostCounted) return listed(await reader.read(sortedQuery(scans, window)), window, total);
  return listed(await findNewest(reader, scans, place), window, total);
}

/** How many there are, and the page of them, if they are not above `most`. */
async function findHits(
  reader: RowReader,
  scans: readonly RowScan[],
  window: ListWindow,
  most = mostCounted,
): Promise<{ readonly total: number; readonly rows: readonly StoredRow[] }> {
  const hits = await reader.read<{ total: number } & (StoredRow | { id: null })>(
    hitsQuery(scans, window, most),
  );
  const rows = hits.filter((hit): hit is { total: number } & StoredRow => hit.id !== null);
  return { total: hits[0]?.total ?? 0, rows };
}

async function count(reader: RowReader, query: Prisma.Sql): Promise<number> {
  return Number((await reader.read<{ total: string }>(query))[0]?.total ?? 0);
}

/** @param rows one more than the page takes, where there is one */
function listed(rows: readonly StoredRow[], { limit }: ListWindow, counted: number): ListedRows {
  return {
    items: rows.slice(0, limit).map(toRow),
    hasMore: rows.length > limit,
    total: Math.min(counted, mostCounted),
    isTotalExceeded: counted > mostCounted,
  };
}

function toRow({ id, log, seq, hash, source, occurred_at: occurredAt, readable, body }: StoredRow): AuditRow {
  const event = readable ? (JSON.parse(Buffer.from(body).toString()) as AuditEvent) : null;
  return { id, log, seq: BigInt(seq), hash, source, occurredAt, event };
}
