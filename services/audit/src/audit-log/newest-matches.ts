import type { PrismaClient } from '../../generated/prisma/client.ts';
import { segmentAfter, segmentOf } from '../segments/segment.ts';
import type { ListWindow } from './audit-log-store.ts';
import type { AuditFilter } from './audit-row.ts';
import { monthQuery, recentQuery, sortedQuery, type StoredRow, walkQuery } from './page-queries.ts';
import type { RowScan } from './row-scans.ts';

// Where an index finds more matches than are soon sorted, and in another order than that of pages. All of these give the
// page, and one row more where anything follows.

/** The month before the newest one that a page can show rows of: the first days of a month have few. */
export function recentSegment({ to }: AuditFilter, { after }: ListWindow): number {
  const newest = Math.min(Date.now(), ...[to, after?.occurredAt].flatMap((time) => time?.getTime() ?? []));
  return segmentAfter(segmentOf(new Date(newest)), -1);
}

/** The page by walking back through the newest rows of one log; `null` where so many rows do not fill it. */
export async function walkBack(
  prisma: PrismaClient,
  [only, ...others]: readonly RowScan[],
  window: ListWindow,
  last?: number,
): Promise<StoredRow[] | null> {
  if (!only || others.length > 0) return null;
  const rows = await prisma.$queryRaw<StoredRow[]>(walkQuery(only, window, last));
  return rows.length > window.limit ? rows : null;
}

/** Where the newest rows are others: the page by walking back from the newest month with a match, else by sorting months. */
export async function findNewest(
  prisma: PrismaClient,
  scans: readonly RowScan[],
  window: ListWindow,
  since: number,
): Promise<StoredRow[]> {
  // From the newest of all, wherever the page begins: a row may have come in long after it happened. And a clock may differ.
  const newest = segmentAfter(segmentOf(new Date()), 1);
  const months: number[] = [];
  for (let month = newest; month >= firstOf(scans); month = segmentAfter(month, -1)) months.push(month);
  const [found] = await prisma.$queryRaw<{ segment: number }[]>(monthQuery(scans, months, window));
  if (!found) return [];
  const walked =
    found.segment < segmentAfter(newest, -1) ? await walkBack(prisma, scans, window, found.segment) : null;
  return walked ?? sortByMonths(prisma, scans, window, Math.min(since, found.segment));
}

/** The page out of the matches of the newest months, and of one month more for as long as these do not fill it. */
export async function sortByMonths(
  prisma: PrismaClient,
  scans: readonly RowScan[],
  window: ListWindow,
  since: number,
): Promise<StoredRow[]> {
  for (let from = since; from > firstOf(scans); from = segmentAfter(from, -1)) {
    const rows = await prisma.$queryRaw<StoredRow[]>(recentQuery(scans, from, window));
    if (rows.length > window.limit) return rows;
  }
  return prisma.$queryRaw<StoredRow[]>(sortedQuery(scans, window));
}

/** The month of the oldest row. */
function firstOf(scans: readonly RowScan[]): number {
  return Math.min(...scans.map(({ first }) => first));
}
