import { matchesAction } from '@pcft/policy';
import type { AuditRow } from '../audit-log/audit-row.ts';
import { unreadableAction } from '../ingest/chain-entry.ts';

/** What rows a tail or a sink is for; all that are given have to hold. */
export interface RowFilter {
  /** Event name or policy action, `*` for one or more whole segments. */
  readonly action?: string | undefined;
  readonly service?: string | undefined;
  readonly outcome?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly pat_id?: string | undefined;
  readonly app_id?: string | undefined;
}

/** Decided on what was chained, not on the columns it is found by. */
export function matchesRow(
  filter: RowFilter,
  { event, source }: Pick<AuditRow, 'event' | 'source'>,
): boolean {
  const { action } = filter;
  const actions = event ? [event.action, event.required_action] : [unreadableAction];
  return (
    (action === undefined || actions.some((each) => each !== null && matchesAction(action, each))) &&
    is(filter.service, event?.service ?? source) &&
    is(filter.outcome, event?.outcome ?? 'failed') &&
    is(filter.actor_id, event?.actor.id) &&
    is(filter.pat_id, event?.actor.pat_id) &&
    is(filter.app_id, event?.app_id)
  );
}

function is(wanted: string | undefined, found: string | null | undefined): boolean {
  return wanted === undefined || wanted === found;
}
