import { Prisma } from '../../generated/prisma/client.ts';
import { type ListWindow, mostCounted } from './audit-log-store.ts';
import type { Position } from './audit-row.ts';
import type { RowScan } from './row-scans.ts';

/** Where a row stands: enough to find it in one partition. */
export interface RowKey {
  readonly occurred_at: Date;
  readonly log: string;
  readonly seq: bigint;
  readonly segment: number;
}

export interface StoredRow {
  readonly id: string;
  readonly log: string;
  readonly seq: bigint;
  readonly hash: Uint8Array;
  readonly source: string;
  readonly occurred_at: Date;
  readonly readable: boolean;
  readonly body: Uint8Array;
}

const key = Prisma.raw('occurred_at, log, seq, segment');

/** Rows walked back through before giving up, and so the most that a walk costs. */
const mostWalked = 20_000;

/**
 * One ordered index scan for each, cut to what the page can need, then merged: `log IN (…) ORDER BY occurred_at` would read
 * and sort every row of every log. What is given are keys, which an index holds; `rowsQuery` fetches their rows.
 */
export function pageQuery(scans: readonly RowScan[], window: ListWindow): Prisma.Sql {
  const most = window.offset + window.limit + 1;
  const keys = scans.map(
    ({ log, place, filters }) => Prisma.sql`
      (SELECT ${key} FROM audit_event
       WHERE ${all([...place, ...behind(log, window.after), ...filters])}
       ORDER BY occurred_at DESC, seq DESC LIMIT ${most})`,
  );
  return cut(union(keys), window);
}

/** How many there are, up to one more than are counted. */
export function countQuery(scans: readonly RowScan[]): Prisma.Sql {
  const each = scans.map(
    ({ place, filters }) => Prisma.sql`(SELECT 1 FROM audit_event WHERE ${all([...place, ...filters])})`,
  );
  return Prisma.sql`SELECT count(*) AS total FROM (${union(each)} LIMIT ${mostCounted + 1}) AS counted`;
}

/** All matches, if they are not too many, sorted: the page and their number, on every key; one without a log says none. */
export function hitsQuery(scans: readonly RowScan[], window: ListWindow): Prisma.Sql {
  return Prisma.sql`
    WITH hits AS MATERIALIZED (${union(scans.map(keysOf))} LIMIT ${mostCounted + 1}),
    found AS (${cut(Prisma.sql`SELECT ${key} FROM hits WHERE ${beyond(window.after)}`, window)})
    SELECT (SELECT count(*)::int FROM hits) AS total, found.*
    FROM (VALUES (1)) AS one LEFT JOIN found ON true ORDER BY occurred_at DESC, log DESC, seq DESC`;
}

/** The newest matches of one log by walking back in time, among so many rows at most. */
export function walkQuery({ log, place, filters }: RowScan, window: ListWindow): Prisma.Sql {
  const most = window.offset + window.limit + 1;
  return cut(
    Prisma.sql`
      SELECT ${key} FROM (
        SELECT * FROM audit_event WHERE ${all([...place, ...behind(log, window.after)])}
        ORDER BY occurred_at DESC, seq DESC LIMIT ${mostWalked}
      ) AS walked WHERE ${all(filters)} ORDER BY occurred_at DESC, seq DESC LIMIT ${most}`,
    window,
  );
}

/** The page out of all matches, however many. */
export function sortedQuery(scans: readonly RowScan[], window: ListWindow): Prisma.Sql {
  const keys = scans.map(({ log, place, filters }) =>
    keysOf({ log, place: [...place, ...behind(log, window.after)], filters }),
  );
  return Prisma.sql`WITH hits AS MATERIALIZED (${union(keys)})
    ${cut(Prisma.sql`SELECT ${key} FROM hits`, window)}`;
}

function keysOf({ place, filters }: RowScan): Prisma.Sql {
  return Prisma.sql`(SELECT ${key} FROM audit_event WHERE ${all([...place, ...filters])})`;
}

/**
 * The rows of keys, in any order. A statement of its own: with the segments given as values only their partitions are
 * planned for, which in one with the keys cost more than all else.
 */
export function rowsQuery(keys: readonly RowKey[]): Prisma.Sql {
  const segments = [...new Set(keys.map(({ segment }) => segment))];
  const logs = keys.map(({ log }) => log);
  const seqs = keys.map(({ seq }) => seq);
  return Prisma.sql`
    SELECT event.id, event.log, event.seq, event.hash, event.source, event.occurred_at, event.readable, event.body
    FROM unnest(${logs}::text[], ${seqs}::bigint[]) AS key (log, seq)
    JOIN LATERAL (SELECT * FROM audit_event
                  WHERE audit_event.log = key.log COLLATE "C" AND audit_event.seq = key.seq
                    AND audit_event.segment = ANY(${segments}::int[]) LIMIT 1) AS event ON true`;
}

/** Cuts keys to the window, and one more to know whether anything follows. */
function cut(keys: Prisma.Sql, { limit, offset }: ListWindow): Prisma.Sql {
  return Prisma.sql`
    SELECT ${key} FROM (${keys}) AS key
    ORDER BY occurred_at DESC, log DESC, seq DESC LIMIT ${limit + 1} OFFSET ${offset}`;
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

function all(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' AND ');
}

function union(queries: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.join([...queries], ' UNION ALL ');
}
