import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';
import { kindly, ordered, ranged, timely, wordCondition } from './filter-conditions.ts';
import { actionNames, isOfKind, type RowKind } from './row-kinds.ts';

/** What of a log is kept. */
export interface LogBounds {
  readonly log: string;
  /** The month of its first row. */
  readonly first: number;
  /** All there are. */
  readonly rows: bigint;
}

/** Rows of one log that one index finds: what has to hold of them. */
export interface RowScan {
  readonly log: string;
  /** The month of the log's first row. */
  readonly first: number;
  /** Where the keys of its rows are found. */
  readonly source: Prisma.Sql;
  /** Which rows of which partitions, and when. */
  readonly place: readonly Prisma.Sql[];
  /** All else. */
  readonly filters: readonly Prisma.Sql[];
}

const rows = Prisma.raw('audit_event');
const words = Prisma.raw('audit_word');

/** Where one word is all that is asked for, and a time at most, its place among the words finds the keys in order. */
export function wordScans(bounds: readonly LogBounds[], filter: AuditFilter): RowScan[] | null {
  const [word, ...more] = filter.words ?? [];
  if (word === undefined || more.length > 0 || !asksOnlyFor(filter, ['words'])) return null;
  return bounds.map((bound) => scanOf(words, bound, filter)([wordCondition(word)]));
}

/** Whether one of these is all that is asked for, and a time at most. */
export function asksOnlyFor(filter: AuditFilter, names: readonly (keyof AuditFilter)[]): boolean {
  const [only, ...others] = Object.keys(filter).filter((name) => name !== 'from' && name !== 'to');
  return others.length === 0 && names.some((name) => name === only);
}

/** Scans of what is kept of one log at the time that is asked for. */
function scanOf(source: Prisma.Sql, { log, first }: LogBounds, filter: AuditFilter) {
  // No upper end: later months have no rows of it, and a range of unknown width would pass for a narrow one.
  const place = [Prisma.sql`log = ${log} AND segment >= ${first}::int`, ...timely(filter)];
  return (filters: readonly Prisma.Sql[]): RowScan => ({ log, first, source, place, filters });
}

/** Beyond, the rows are walked in the order of time instead: with so many actions, most of them match. */
const mostScans = 64;

/**
 * The scans that together give every match once. A filter that a column with an ordered index answers is one scan a log.
 * Where the kinds of rows alone decide, it is one for each action: some of a thousand kinds may be rare.
 *
 * @param kinds all that the logs have, where the filter asks for them
 */
export function rowScans(
  bounds: readonly LogBounds[],
  filter: AuditFilter,
  kinds: readonly RowKind[] | null,
): RowScan[] {
  const single = ordered(filter);
  const isDecided = single.length > 0 || bounds.some(({ log }) => ranged(filter, log).length > 0);
  const wanted = kinds?.filter((kind) => isOfKind(filter, kind)) ?? [];
  const fansOut =
    !isDecided && new Set(wanted.map(({ log, action }) => `${log} ${action}`)).size <= mostScans;
  return bounds.flatMap((bound) => {
    const { log } = bound;
    const scan = scanOf(rows, bound, filter);
    const filters = [...single, ...ranged(filter, log)];
    if (!kinds) return [scan([...filters, ...kindly(filter)])];
    const own = wanted.filter((kind) => kind.log === log);
    if (own.length === 0) return [];
    const { direct, behind } = actionNames(filter, own);
    if (!fansOut) return [scan([...filters, anyOf(direct, behind), ...kindly(filter)])];
    const others = kinds.filter((kind) => kind.log === log && !isOfKind(filter, kind));
    return [
      ...direct.map((action) => {
        // An action mostly belongs to one service and one access level: then there is nothing left to compare.
        const rest = others.some((kind) => kind.action === action) ? kindly(filter) : [];
        return scan([Prisma.sql`action = ${action}`, ...filters, ...rest]);
      }),
      ...[...behind].map(([action, required]) =>
        scan([
          Prisma.sql`action = ${action} AND required_action = ANY(${required})`,
          ...filters,
          ...kindly(filter),
        ]),
      ),
    ];
  });
}

function anyOf(direct: readonly string[], behind: ReadonlyMap<string, string[]>): Prisma.Sql {
  if (behind.size === 0) return Prisma.sql`action = ANY(${[...direct]})`;
  const required = [...new Set([...behind.values()].flat())];
  return Prisma.sql`(action = ANY(${[...direct]})
    OR (action = ANY(${[...behind.keys()]}) AND required_action = ANY(${required})))`;
}
