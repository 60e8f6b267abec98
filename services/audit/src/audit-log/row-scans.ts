import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';
import {
  addressesOf,
  cameTo,
  type EachOf,
  kindly,
  ordered,
  ranged,
  timely,
  wordCondition,
} from './filter-conditions.ts';
import { actionNames, isOfKind, type RowKind } from './row-kinds.ts';

/** Rows of one log that one index finds: what has to hold of them. */
export interface RowScan {
  readonly log: string;
  /** Where the keys of its rows are found. */
  readonly source: Prisma.Sql;
  /** Which rows of which partitions, and when. */
  readonly place: readonly Prisma.Sql[];
  /** All else. */
  readonly filters: readonly Prisma.Sql[];
  /** A column, and the values of which it has one: behind each, the rows stand in the order of pages. */
  readonly each?: EachOf;
}

const rows = Prisma.raw('audit_event');
const words = Prisma.raw('audit_word');

/** Where one word is all that is asked for, and a time at most, its place among the words finds the keys in order. */
export function wordScans(logs: readonly string[], filter: AuditFilter): RowScan[] | null {
  const [word, ...more] = filter.words ?? [];
  if (word === undefined || more.length > 0 || !asksOnlyFor(filter, ['words'])) return null;
  return logs.map((log) => scanOf(words, log, filter)([wordCondition(word)]));
}

/** Whether one of these is all that is asked for, and a time at most. */
export function asksOnlyFor(filter: AuditFilter, names: readonly (keyof AuditFilter)[]): boolean {
  const [only, ...others] = Object.keys(filter).filter((name) => name !== 'from' && name !== 'to');
  return others.length === 0 && names.some((name) => name === only);
}

/** Scans of what is kept of one log at the time that is asked for. */
export function scanOf(source: Prisma.Sql, log: string, filter: AuditFilter) {
  // No upper end: later months have no rows of it, and a range of unknown width would pass for a narrow one.
  const kept = Prisma.sql`segment >= (SELECT first_segment FROM chain_head WHERE chain_head.log = ${log})`;
  const place = [Prisma.sql`log = ${log}`, kept, ...timely(filter)];
  return (filters: readonly Prisma.Sql[]): RowScan => ({ log, source, place, filters });
}

/** A range of few addresses, where it is all that is asked for: behind each, its rows stand in the order of pages. */
export function addressScans(logs: readonly string[], filter: AuditFilter): RowScan[] | null {
  const addresses = asksOnlyFor(filter, ['ip']) ? addressesOf(filter.ip) : null;
  if (!addresses) return null;
  return logs.map((log) => ({ ...scanOf(rows, log, filter)([]), each: addresses }));
}

/** Beyond, the rows are walked in the order of time instead: with so many actions, most of them match. */
const mostActions = 64;

/**
 * The scans that together give every match once. A filter that a column with an ordered index answers is one scan a log.
 * Where the kinds of rows alone decide, or with an actor, each action is looked up: some of a thousand kinds may be rare.
 *
 * @param kinds all that the logs have, where the filter asks for them
 */
export function rowScans(
  logs: readonly string[],
  filter: AuditFilter,
  kinds: readonly RowKind[] | null,
): RowScan[] {
  const single = ordered(filter);
  const wanted = kinds?.filter((kind) => isOfKind(filter, kind)) ?? [];
  const looksUpEach =
    new Set(wanted.map(({ log, action }) => `${log} ${action}`)).size <= mostActions &&
    !logs.some((log) => ranged(filter, log).length > 0) &&
    (single.length === 0 || (single.length === 1 && filter.actorId !== undefined));
  return logs.flatMap((log) => {
    const scan = scanOf(rows, log, filter);
    const filters = [...single, ...ranged(filter, log)];
    if (!kinds) return [scan([...filters, ...kindly(filter)])];
    const own = wanted.filter((kind) => kind.log === log);
    if (own.length === 0) return [];
    const { direct, behind } = actionNames(filter, own);
    if (!looksUpEach) return [scan([...filters, anyOf(direct, behind), ...kindly(filter)])];
    const others = kinds.filter((kind) => kind.log === log && !isOfKind(filter, kind));
    // An action mostly belongs to one service and one access level: then there is nothing left to compare.
    const isMixed = (action: string): boolean => others.some((kind) => kind.action === action);
    const pure = direct.filter((action) => !isMixed(action));
    const mixed = direct.filter(isMixed);
    return [
      // The outcome all the same, which the index tells: a first denial may come in between two statements.
      ...eachAction(scan, pure, [...filters, ...cameTo(filter)]),
      ...eachAction(scan, mixed, [...filters, ...kindly(filter)]),
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

/** One action is a condition like others. */
function eachAction(
  scan: (filters: readonly Prisma.Sql[]) => RowScan,
  actions: readonly string[],
  filters: readonly Prisma.Sql[],
): RowScan[] {
  if (actions.length === 0) return [];
  const [only, ...others] = actions;
  if (others.length === 0) return [scan([Prisma.sql`action = ${only}`, ...filters])];
  const values = Prisma.sql`${[...actions]}::text[]`;
  const each = { column: Prisma.raw('action'), values, any: Prisma.sql`action = ANY(${values})` };
  return [{ ...scan(filters), each }];
}

/** What the kinds of rows that are asked for mean for the actions of a log. */
export function actionsOf(
  filter: AuditFilter,
  log: string,
  kinds: readonly RowKind[],
): { readonly exact: Prisma.Sql | null; readonly conditions: readonly Prisma.Sql[] } {
  const own = kinds.filter((kind) => kind.log === log);
  const { direct, behind } = actionNames(
    filter,
    own.filter((kind) => isOfKind(filter, kind)),
  );
  const condition = anyOf(direct, behind);
  // Whatever came of them: an index of actions tells that too.
  const isMeant = (kind: RowKind): boolean => isOfKind({ ...filter, outcome: kind.outcome }, kind);
  const isMixed = own.some((kind) => direct.includes(kind.action) && !isMeant(kind));
  return {
    // Every row of these actions is meant.
    exact: behind.size === 0 && !isMixed ? condition : null,
    conditions: [condition, ...kindly(filter)],
  };
}

function anyOf(direct: readonly string[], behind: ReadonlyMap<string, string[]>): Prisma.Sql {
  if (behind.size === 0) return Prisma.sql`action = ANY(${[...direct]})`;
  const required = [...new Set([...behind.values()].flat())];
  return Prisma.sql`(action = ANY(${[...direct]})
    OR (action = ANY(${[...behind.keys()]}) AND required_action = ANY(${required})))`;
}
