import type { AuditEvent } from '@pcft/events';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { firstSegmentOf } from '../segments/segment.ts';
import { type AuditLogStore, type ListedRows, type ListWindow, mostCounted } from './audit-log-store.ts';
import type { AuditFilter, AuditRow } from './audit-row.ts';
import { ranged } from './filter-conditions.ts';
import { findNewest, recentSegment, sortByMonths, walkBack } from './newest-matches.ts';
import { countQuery, hitsQuery, pageQuery, sortedQuery, type StoredRow } from './page-queries.ts';
import { asksForKinds, findKinds } from './row-kinds.ts';
import { addressScans, asksOnlyFor, type LogBounds, type RowScan, rowScans, wordScans } from './row-scans.ts';

/** @param pages a client whose statements are planned once for any values, as `pageAdapter` makes it */
export function createPrismaAuditLogStore(prisma: PrismaClient, pages: PrismaClient): AuditLogStore {
  const boundsOf = (logs: readonly string[]): Promise<LogBounds[]> =>
    prisma.$queryRaw<LogBounds[]>`
      SELECT log, first_segment AS first, seq - first_seq + 1 AS rows FROM chain_head WHERE log = ANY(${[...logs]}) AND seq >= first_seq`;

  return {
    async list(logs, filter, window) {
      const wanted = asksForKinds(filter);
      const [bounds, kinds] = await Promise.all([boundsOf(logs), wanted ? findKinds(prisma, logs) : null]);
      const since = recentSegment(filter, window);
      const words = wordScans(bounds, filter);
      const addresses = addressScans(bounds, filter);
      const scans = addresses ?? rowScans(bounds, filter, kinds);
      if (scans.length === 0) return { items: [], total: 0, isTotalExceeded: false, hasMore: false };
      if (words) return listWords(pages, { words, scans }, window, since);
      if (addresses || !isRanged(filter, scans))
        return listOrdered(pages, scans, window, knownTotal(bounds, filter));
      const list = asksOnlyFor(filter, ['ip']) ? listWide : listRanged;
      return list(ofOneIndex(filter) ? pages : prisma, scans, window, since);
    },
    async get(id, logs) {
      const [row] = await prisma.$queryRaw<StoredRow[]>`
        SELECT event.id, log, event.seq, event.hash, event.source, event.occurred_at, event.readable, event.body
        FROM audit_event AS event JOIN chain_head AS head USING (log)
        WHERE event.id = ${id} AND event.segment >= ${firstSegmentOf(id)}::int
          AND event.segment >= head.first_segment AND log = ANY(${[...logs]})`;
      return row ? toRow(row) : null;
    },
  };
}

/**
 * Beside a range, what else is asked for has an index of its own: which is the better one depends on how common each value
 * is, and a plan for any values does not know.
 */
const ofOneIndex = (filter: AuditFilter): boolean => asksOnlyFor(filter, ['resource', 'ip']);

function isRanged(filter: AuditFilter, [scan]: readonly RowScan[]): boolean {
  return scan !== undefined && ranged(filter, scan.log).length > 0;
}

async function listOrdered(
  prisma: PrismaClient,
  scans: readonly RowScan[],
  window: ListWindow,
  known: number | null,
): Promise<ListedRows> {
  const [page, total] = await Promise.all([
    prisma.$queryRaw<StoredRow[]>(pageQuery(scans, window)),
    known ?? count(prisma, countQuery(scans)),
  ]);
  return listed(page, window, total);
}

/** Where nothing is asked for, the ends of the chains say how many there are. */
function knownTotal(bounds: readonly LogBounds[], filter: AuditFilter): number | null {
  return Object.keys(filter).length > 0 ? null : bounds.reduce((sum, { rows }) => sum + Number(rows), 0);
}

/** As many matches are sorted in some milliseconds, from an index that holds all that is needed of them. */
const soonSorted = 20_000;

/**
 * Words are counted by their index alone. Few matches are sorted, and so are those of the newest months where they fill
 * the page. Where even these are many, the newest are soon met by walking back through the rows.
 *
 * @param scans the same rows, found without the table of words
 */
async function listWords(
  prisma: PrismaClient,
  { words, scans }: { readonly words: readonly RowScan[]; readonly scans: readonly RowScan[] },
  window: ListWindow,
  since: number,
): Promise<ListedRows> {
  const [total, recent] = await Promise.all([
    count(prisma, countQuery(words)),
    count(prisma, countQuery(words, { since, most: soonSorted })),
  ]);
  if (total <= mostCounted) return listed(await prisma.$queryRaw(sortedQuery(words, window)), window, total);
  const walked = recent > soonSorted ? await walkBack(prisma, scans, window) : null;
  return listed(walked ?? (await sortByMonths(prisma, words, window, since)), window, total);
}

/**
 * An index finds the matches, but in another order. Few are sorted. Where there are many, the newest are soon met by
 * walking back in time, or are those of the newest months.
 */
async function listRanged(
  prisma: PrismaClient,
  scans: readonly RowScan[],
  window: ListWindow,
  since: number,
): Promise<ListedRows> {
  const hits = await prisma.$queryRaw<({ total: number } & (StoredRow | { id: null }))[]>(
    hitsQuery(scans, window),
  );
  const total = hits[0]?.total ?? 0;
  if (total <= mostCounted)
    return listed(
      hits.filter((hit): hit is { total: number } & StoredRow => hit.id !== null),
      window,
      total,
    );
  const walked = await walkBack(prisma, scans, window);
  return listed(walked ?? (await findNewest(prisma, scans, window, since)), window, total);
}

/** As `listRanged`, where there are many for sure: what will be needed is done at once. */
async function listWide(
  prisma: PrismaClient,
  scans: readonly RowScan[],
  window: ListWindow,
  since: number,
): Promise<ListedRows> {
  const [total, walked] = await Promise.all([
    count(prisma, countQuery(scans)),
    walkBack(prisma, scans, window),
  ]);
  if (walked) return listed(walked, window, total);
  if (total <= mostCounted) return listed(await prisma.$queryRaw(sortedQuery(scans, window)), window, total);
  return listed(await findNewest(prisma, scans, window, since), window, total);
}

async function count(prisma: PrismaClient, query: Prisma.Sql): Promise<number> {
  return Number((await prisma.$queryRaw<{ total: bigint }[]>(query))[0]?.total ?? 0n);
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
  return { id, log, seq, hash, source, occurredAt, event };
}
