import { Prisma } from '../../generated/prisma/client.ts';
import { type ListWindow, mostCounted } from './audit-log-store.ts';
import type { Position } from './audit-row.ts';
import type { RowScan } from './row-scans.ts';

/** Of the page, and one more where anything follows it. */
export interface StoredRow {
  readonly id: string;
  readonly log: string;
  readonly seq: string;
  readonly hash: Uint8Array;
  readonly source: string;
  readonly occurred_at: Date;
  readonly readable: boolean;
  readonly body: Uint8Array;
}

const key = Prisma.raw('occurred_at, log, seq, segment');
const shown = Prisma.raw('id, log, seq, hash, source, occurred_at, readable, body');
/** A constant, not a value: what is planned for any values has to know how little is wanted. */
const upTo = (most: number): Prisma.Sql => Prisma.raw(String(most + 1));
const newestFirst = Prisma.raw('ORDER BY occurred_at DESC, log DESC, seq DESC');

/** Rows walked back through before giving up, and so the most that a walk costs. */
const mostWalked = 5_000;

/**
 * One ordered index scan for each, cut to what the page can need, then merged: `log IN (…) ORDER BY occurred_at` would read
 * and sort every row of every log. What is merged are keys, which an index holds; only those of the page lead to rows.
 */
export function pageQuery(scans: readonly RowScan[], window: ListWindow): Prisma.Sql {
  const most = window.offset + window.limit + 1;
  const keys = scans.map(({ log, place, filters, each }) => {
    const newest = (own: readonly Prisma.Sql[]): Prisma.Sql => Prisma.sql`
      (SELECT ${key} FROM audit_event
       WHERE ${all([...own, ...place, ...behind(log, window.after), ...filters])}
       ORDER BY occurred_at DESC, seq DESC LIMIT ${most})`;
    // One scan begun anew for each value: as many scans beside each other would each have to be set up, over all months.
    return each
      ? Prisma.sql`(SELECT ${key} FROM unnest(${each.values}) AS wanted (value)
          CROSS JOIN LATERAL ${newest([Prisma.sql`${each.column} = wanted.value`])} AS found)`
      : newest([]);
  });
  return rowsOf(cut(union(keys), window));
}

/** How many there are, up to one more than are counted. */
export function countQuery(scans: readonly RowScan[]): Prisma.Sql {
  const each = scans.map(
    (scan) => Prisma.sql`(SELECT 1 FROM ${scan.source} WHERE ${all([...scan.place, ...askedOf(scan)])})`,
  );
  return Prisma.sql`SELECT count(*) AS total FROM (${union(each)} LIMIT ${upTo(mostCounted)}) AS counted`;
}

/**
 * All matches, if they are not above `most`, sorted: the page and their number, on every key; one without a log says none. Above,
 * only that they are.
 */
export function hitsQuery(scans: readonly RowScan[], window: ListWindow, most = mostCounted): Prisma.Sql {
  return Prisma.sql`
    WITH hits AS MATERIALIZED (${union(scans.map(keysOf))} LIMIT ${upTo(most)}),
    found AS (${cut(Prisma.sql`SELECT ${key} FROM hits WHERE ${beyond(window.after)}`, window)})
    SELECT (SELECT count(*)::int FROM hits) AS total, page.*
    FROM (VALUES (1)) AS one LEFT JOIN (${rowsOf(Prisma.sql`SELECT ${key} FROM found`)}) AS page ON true ${newestFirst}`;
}

/** The newest matches of one log by walking back in time, among so many rows at most; none stand in a month after `last`. */
export function walkQuery(scan: RowScan, window: ListWindow, last?: number): Prisma.Sql {
  const { log, place } = scan;
  const most = window.offset + window.limit + 1;
  const upTo = last === undefined ? [] : [Prisma.sql`segment <= ${last}::int`];
  return rowsOf(
    cut(
      Prisma.sql`
        SELECT ${key} FROM (
          SELECT * FROM audit_event WHERE ${all([...place, ...upTo, ...behind(log, window.after)])}
          ORDER BY occurred_at DESC, seq DESC LIMIT ${Prisma.raw(String(mostWalked))}
        ) AS walked WHERE ${all(askedOf(scan))} ORDER BY occurred_at DESC, seq DESC LIMIT ${most}`,
      window,
    ),
  );
}

/** The first of these months that any match stands in. */
export function monthQuery(
  scans: readonly RowScan[],
  months: readonly number[],
  window: ListWindow,
): Prisma.Sql {
  const each = scans.map(
    (scan) => Prisma.sql`(SELECT 1 FROM ${scan.source}
      WHERE ${all([Prisma.sql`segment = month.segment`, ...scan.place, ...behind(scan.log, window.after), ...askedOf(scan)])} LIMIT 1)`,
  );
  return Prisma.sql`
    SELECT month.segment FROM unnest(${[...months]}::int[]) WITH ORDINALITY AS month (segment, place)
    CROSS JOIN LATERAL (SELECT 1 FROM (${union(each)}) AS matching LIMIT 1) AS found
    ORDER BY month.place LIMIT 1`;
}

/** The page out of all matches, however many. */
export function sortedQuery(scans: readonly RowScan[], window: ListWindow): Prisma.Sql {
  const keys = scans.map((scan) =>
    keysOf({ ...scan, place: [...scan.place, ...behind(scan.log, window.after)] }),
  );
  return rowsOf(cut(union(keys), window));
}

/**
 * Of the same rows, those from a month on that are newer than everything before it: where they fill the page, it is the page, and
 * the matches of earlier months need not be sorted.
 */
export function recentScans(scans: readonly RowScan[], since: number): RowScan[] {
  const recent = Prisma.sql`segment >= ${since}::int AND occurred_at > coalesce((
    SELECT max(earlier.occurred_at) FROM unnest(${scans.map(({ log }) => log)}::text[]) AS wanted (log)
    CROSS JOIN LATERAL (SELECT occurred_at FROM audit_event
                        WHERE audit_event.log = wanted.log AND audit_event.segment < ${since}::int
                        ORDER BY occurred_at DESC, seq DESC LIMIT 1) AS earlier), '-infinity')`;
  return scans.map((scan) => ({ ...scan, place: [...scan.place, recent] }));
}

function keysOf(scan: RowScan): Prisma.Sql {
  return Prisma.sql`(SELECT ${key} FROM ${scan.source} WHERE ${all([...scan.place, ...askedOf(scan)])})`;
}

/**
 * The rows of keys, in the order of pages, each looked up in the one partition that its key names. LIMIT keeps it a
 * look-up, however many keys are expected.
 */
function rowsOf(keys: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT event.* FROM (${keys}) AS key
    CROSS JOIN LATERAL (SELECT ${shown} FROM audit_event
                        WHERE audit_event.log = key.log AND audit_event.seq = key.seq
                          AND audit_event.segment = key.segment LIMIT 1) AS event
    ${newestFirst}`;
}

/** Cuts keys to the window, and one more to know whether anything follows. */
function cut(keys: Prisma.Sql, { limit, offset }: ListWindow): Prisma.Sql {
  return Prisma.sql`
    SELECT ${key} FROM (${keys}) AS key
    ${newestFirst} LIMIT ${limit + 1} OFFSET ${offset}`;
}

/** What of one log comes behind a place among the rows of all logs. */
function behind(log: string, after: Position | undefined): Prisma.Sql[] {
  if (!after) return [];
  const { occurredAt, seq } = after;
  if (log === after.log) return [Prisma.sql`(occurred_at, seq) < (${occurredAt}, ${seq})`];
  // As the database compares them: by bytes.
  return [
    log < after.log ? Prisma.sql`occurred_at <= ${occurredAt}` : Prisma.sql`occurred_at < ${occurredAt}`,
  ];
}

function beyond(after: Position | undefined): Prisma.Sql {
  if (!after) return Prisma.sql`true`;
  return Prisma.sql`(occurred_at, log, seq) < (${after.occurredAt}, ${after.log} COLLATE "C", ${after.seq})`;
}

/** What a row is asked for, in no order. */
function askedOf({ each, filters }: RowScan): Prisma.Sql[] {
  return [...(each ? [each.any] : []), ...filters];
}

function all(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' AND ');
}

function union(queries: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.join([...queries], ' UNION ALL ');
}
