import type { ChainEntry } from '../ingest/chain-entry.ts';
import { kindColumns } from '../ingest/chain-entry.ts';

/** Rows of one log, one kind and one day. */
export interface EventDays {
  readonly log: string;
  readonly action: string;
  /** Here and in `access`: '' for none. */
  readonly requiredAction: string;
  readonly service: string;
  readonly outcome: string;
  readonly access: string;
  /** `2026-11-22`, UTC; `null`: of an event without a time of its own, today. */
  readonly day: string | null;
  rows: number;
}

/** What rows add to the counts, in the order of the table's key: everybody who writes them locks them in that order. */
export function eventDays(chained: readonly ChainEntry[]): EventDays[] {
  const byKey = new Map<string, EventDays>();
  for (const entry of chained) {
    const { log } = entry;
    const { action, requiredAction, service, outcome, access, occurredAt } = kindColumns(entry);
    const kind = {
      log,
      action,
      requiredAction: requiredAction ?? '',
      service,
      outcome,
      access: access ?? '',
    };
    const day = occurredAt?.slice(0, 10) ?? null;
    const key = [...Object.values(kind), day ?? ''].join('\0');
    const known = byKey.get(key);
    if (known) known.rows += 1;
    else byKey.set(key, { ...kind, day, rows: 1 });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, days]) => days);
}
