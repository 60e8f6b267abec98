import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';
import { cameTo, ordered, ranged } from './filter-conditions.ts';
import type { RowReader } from './page-reader.ts';
import type { RowKind } from './row-kinds.ts';
import { actionsOf, type RowScan, scanOf } from './row-scans.ts';

/** Where a set is so many times as large as the smallest, it is cheaper to look at the rows of the smallest. */
const mostTimes = 20;

/**
 * Scans for what no single index answers, such as an actor's calls from a range of addresses: sets that an index gives each
 * are compared by place in the chain, and no row is looked at for it. `null` where the filter is no such combination. Those with words
 * are not, and a request has few rows anyway.
 *
 * @param reader plans a statement for its values: how many rows are expected of each set is asked of it
 */
export async function combinedScans(
  reader: RowReader,
  logs: readonly string[],
  filter: AuditFilter,
  kinds: readonly RowKind[] | null,
): Promise<RowScan[] | null> {
  if (filter.words !== undefined || filter.requestId !== undefined) return null;
  const scans: RowScan[] = [];
  for (const log of logs) {
    const { sets, rest } = setsOf(filter, log, kinds);
    if (sets.length < 2) return null;
    const scan = scanOf(events, log, filter);
    const sized = await Promise.all(
      sets.map(async (conditions) => ({ conditions, rows: await expected(reader, scan(conditions)) })),
    );
    sized.sort((a, b) => a.rows - b.rows);
    const [smallest, ...others] = sized;
    if (!smallest) continue;
    const isAlike = ({ rows }: { rows: number }): boolean => rows <= mostTimes * smallest.rows;
    scans.push(
      scan([
        ...smallest.conditions,
        ...others.flatMap((set) => (isAlike(set) ? [standsIn(scan(set.conditions))] : set.conditions)),
        ...rest,
      ]),
    );
  }
  return scans.length > 0 ? scans : null;
}

const events = Prisma.raw('audit_event');

/** What one index answers each; and what none does. The outcome is in all of them, the address in those of an actor and of a token. */
function setsOf(
  filter: AuditFilter,
  log: string,
  kinds: readonly RowKind[] | null,
): { readonly sets: Prisma.Sql[][]; readonly rest: readonly Prisma.Sql[] } {
  const { actorId, patId, ip, ...others } = filter;
  const person = { ...(actorId !== undefined && { actorId }), ...(patId !== undefined && { patId }) };
  const isOfPerson = actorId !== undefined || patId !== undefined;
  const came = cameTo(filter);
  const from = ip === undefined ? [] : conditionsOf({ ip }, log);
  const actions = kinds && actionsOf(filter, log, kinds);
  const exact = actions?.exact ? [actions.exact] : [];
  const sets = ordered(person).map((condition) => [condition, ...exact, ...from, ...came]);
  for (const condition of conditionsOf(others, log)) sets.push([condition, ...came]);
  if (!isOfPerson) for (const condition of [...from, ...exact]) sets.push([condition, ...came]);
  return { sets, rest: actions && !actions.exact ? actions.conditions : [] };
}

function conditionsOf(filter: AuditFilter, log: string): Prisma.Sql[] {
  // Both ends of a range are one condition.
  const range = ranged(filter, log);
  return [...ordered(filter), ...(range.length > 0 ? [Prisma.join(range, ' AND ')] : [])];
}

/** That a row is one of those that another index finds. All of them are found first: OFFSET keeps it from being asked row by row. */
function standsIn({ source, place, filters }: RowScan): Prisma.Sql {
  return Prisma.sql`seq IN (SELECT seq FROM ${source} WHERE ${Prisma.join([...place, ...filters], ' AND ')} OFFSET 0)`;
}

/** How many rows the plan expects. */
async function expected(reader: RowReader, { source, place, filters }: RowScan): Promise<number> {
  const [answer] = await reader.read<{ 'QUERY PLAN': unknown }>(
    Prisma.sql`EXPLAIN (FORMAT JSON) SELECT seq FROM ${source} WHERE ${Prisma.join([...place, ...filters], ' AND ')}`,
  );
  const plan = answer?.['QUERY PLAN'] as [{ Plan: { 'Plan Rows': number } }] | undefined;
  return plan?.[0].Plan['Plan Rows'] ?? Infinity;
}
