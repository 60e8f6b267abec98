import { segmentAfter, segmentOf } from '../segments/segment.ts';
import type { ListWindow } from './audit-log-store.ts';
import type { AuditFilter } from './audit-row.ts';
import { monthQuery, recentScans, sortedQuery, type StoredRow, walkQuery } from './page-queries.ts';
import type { RowReader } from './page-reader.ts';
import type { RowScan } from './row-scans.ts';

// Where an index finds more matches than are soon sorted, and in another order than that of pages. All of these give the
// page, and one row more where anything follows.

export interface PagePlace {
  readonly window: ListWindow;
  /** The month from which matches are sorted first. */
  readonly since: number;
  /** The month of the oldest row. */
  firstOf(): Promise<number>;
}

/** The month before the newest one that a page can show rows of: the first days of a month have few. */
export function recentSegment({ to }: AuditFilter, { after }: ListWindow): number {
  const newest = Math.min(Date.now(), ...[to, after?.occurredAt].flatMap((time) => time?.getTime() ?? []));
  return segmentAfter(segmentOf(new Date(newest)), -1);
}

/** The page by walking back through the newest rows of one log; `null` where so many rows do not fill it. */
export async function walkBack(
  reader: RowReader,
  [only, ...others]: readonly RowScan[],
  window: ListWindow,
  last?: number,
): Promise<StoredRow[] | null> {
  if (!only || others.length > 0) return null;
  const rows = await reader.read<StoredRow>(walkQuery(only, window, last));
  return rows.length > window.limit ? rows : null;
}

/** Where the newest rows are others: the page by walking back from the newest month with a match, else by sorting months. */
export async function findNewest(
  reader: RowReader,
  scans: readonly RowScan[],
  place: PagePlace,
): Promise<StoredRow[]> {
  // From the newest of all, wherever the page begins: a row may have come in long after it happened. And a clock may differ.
  const newest = segmentAfter(segmentOf(new Date()), 1);
  const [first, months]: [number, number[]] = [await place.firstOf(), []];
  for (let month = newest; month >= first; month = segmentAfter(month, -1)) months.push(month);
  const [found] = await reader.read<{ segment: number }>(monthQuery(scans, months, place.window));
  if (!found) return [];
  const walked =
    found.segment < segmentAfter(newest, -1)
      ? await walkBack(reader, scans, place.window, found.segment)
      : null;
  return walked ?? sortByMonths(reader, scans, { ...place, since: Math.min(place.since, found.segment) });
}

/** The page out of the matches of the newest months, and of one month more for as long as these do not fill it. */
export async function sortByMonths(
  reader: RowReader,
  scans: readonly RowScan[],
  place: PagePlace,
): Promise<StoredRow[]> {
  const { window, since } = place;
  const first = await place.firstOf();
  for (let from = since; from > first; from = segmentAfter(from, -1)) {
    const rows = await reader.read<StoredRow>(sortedQuery(recentScans(scans, from), window));
    if (rows.length > window.limit) return rows;
  }
  return reader.read<StoredRow>(sortedQuery(scans, window));
}
