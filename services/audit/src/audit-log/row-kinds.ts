import { actionCovers } from '@pcft/policy';
import { Prisma } from '../../generated/prisma/client.ts';
import type { AuditFilter } from './audit-row.ts';
import type { RowReader } from './page-reader.ts';

/** What there is in a log: each combination once, however many rows it has. */
export interface RowKind {
  readonly log: string;
  readonly action: string;
  /** '' for none, as in `access`. */
  readonly required_action: string;
  readonly service: string;
  readonly outcome: string;
  readonly access: string;
}

/** Whether a filter is answered by looking at the kinds first. */
export function asksForKinds({ action, service, access }: AuditFilter): boolean {
  return (action !== undefined && action !== '*') || service !== undefined || access !== undefined;
}

export function isOfKind(filter: AuditFilter, kind: RowKind): boolean {
  const { action, service, outcome, access } = filter;
  return (
    (action === undefined ||
      actionCovers(action, kind.action) ||
      actionCovers(action, kind.required_action)) &&
    (service === undefined || service === kind.service) &&
    (outcome === undefined || outcome === kind.outcome) &&
    (access === undefined || access === kind.access)
  );
}

const key = Prisma.raw('action, required_action, service, outcome, access');

/** Steps through the counts' key from one kind to the next: as many steps as there are kinds, not rows. */
export function findKinds(reader: RowReader, logs: readonly string[]): Promise<RowKind[]> {
  return reader.read<RowKind>(Prisma.sql`
    WITH RECURSIVE kind AS (
      SELECT first.* FROM unnest(${[...logs]}::text[]) AS wanted (log), LATERAL (
        SELECT log, ${key} FROM event_day WHERE event_day.log = wanted.log ORDER BY ${key} LIMIT 1
      ) AS first
      UNION ALL
      SELECT next.* FROM kind, LATERAL (
        SELECT log, ${key} FROM event_day
        WHERE event_day.log = kind.log AND (${key})
              > (kind.action, kind.required_action, kind.service, kind.outcome, kind.access)
        ORDER BY ${key} LIMIT 1
      ) AS next
    )
    SELECT log, ${key} FROM kind`);
}

/**
 * The actions by which rows of these kinds are found: those that match by their own name, and those that do by the policy
 * action behind it.
 */
export function actionNames(
  { action: pattern }: AuditFilter,
  kinds: readonly RowKind[],
): { readonly direct: string[]; readonly behind: Map<string, string[]> } {
  const direct = new Set<string>();
  const behind = new Map<string, Set<string>>();
  for (const { action, required_action: required } of kinds) {
    if (pattern === undefined || actionCovers(pattern, action)) direct.add(action);
    else behind.set(action, (behind.get(action) ?? new Set()).add(required));
  }
  return { direct: [...direct], behind: new Map([...behind].map(([action, all]) => [action, [...all]])) };
}
