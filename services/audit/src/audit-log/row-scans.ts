import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';
import { kindly, ordered, ranged, timely } from './filter-conditions.ts';
import { actionNames, type RowKind } from './row-kinds.ts';

/** The months in which a log has rows. */
export interface LogBounds {
  readonly log: string;
  readonly first: number;
  readonly last: number;
}

/** Rows of one log that one index finds: what has to hold of them. */
export interface RowScan {
  readonly log: string;
  /** Which rows of which partitions, and when. */
  readonly place: readonly Prisma.Sql[];
  /** All else. */
  readonly filters: readonly Prisma.Sql[];
}

/** Beyond, the rows are walked in the order of time instead: with so many actions, most of them match. */
const mostScans = 64;

/**
 * The scans that together give every match once. A filter that a column with an ordered index answers is one scan a log.
 * Where the kinds of rows alone decide, it is one for each action: some of a thousand kinds may be rare.
 */
export function rowScans(
  bounds: readonly LogBounds[],
  filter: AuditFilter,
  kinds: readonly RowKind[] | null,
): RowScan[] {
  const byLog = kinds && Map.groupBy(kinds, ({ log }) => log);
  const single = ordered(filter);
  const isDecided = single.length > 0 || bounds.some(({ log }) => ranged(filter, log).length > 0);
  const fansOut =
    !isDecided &&
    kinds !== null &&
    new Set(kinds.map(({ log, action }) => `${log} ${action}`)).size <= mostScans;
  return bounds.flatMap((bound) => {
    const { log, first, last } = bound;
    const place = [
      Prisma.sql`log = ${log} AND segment BETWEEN ${first}::int AND ${last}::int`,
      ...timely(filter),
    ];
    const filters = [...single, ...ranged(filter, log), ...kindly(filter)];
    if (!byLog) return [{ log, place, filters }];
    const own = byLog.get(log) ?? [];
    const { direct, behind } = actionNames(filter, own);
    if (!fansOut)
      return own.length === 0 ? [] : [{ log, place, filters: [...filters, anyOf(direct, behind)] }];
    return [
      ...direct.map((action) => ({ log, place, filters: [Prisma.sql`action = ${action}`, ...filters] })),
      ...[...behind].map(([action, required]) => ({
        log,
        place,
        filters: [Prisma.sql`action = ${action} AND required_action = ANY(${required})`, ...filters],
      })),
    ];
  });
}

function anyOf(direct: readonly string[], behind: ReadonlyMap<string, string[]>): Prisma.Sql {
  if (behind.size === 0) return Prisma.sql`action = ANY(${[...direct]})`;
  const required = [...new Set([...behind.values()].flat())];
  return Prisma.sql`(action = ANY(${[...direct]})
    OR (action = ANY(${[...behind.keys()]}) AND required_action = ANY(${required})))`;
}
