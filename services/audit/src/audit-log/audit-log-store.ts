import type { AuditFilter, AuditRow, Position } from './audit-row.ts';

export interface ListWindow {
  readonly limit: number;
  readonly offset: number;
  /** Only what comes behind it. */
  readonly after?: Position;
}

export interface ListedRows {
  readonly items: readonly AuditRow[];
  /** Of all that match, wherever the window is; `mostCounted` where there are more. */
  readonly total: number;
  readonly isTotalExceeded: boolean;
  /** Whether anything comes behind the last item. */
  readonly hasMore: boolean;
}

/** Totals are exact up to this, and nobody pages further by offset. */
export const mostCounted = 10_000;

/** Reads the log. Writing is ingest's alone. */
export interface AuditLogStore {
  /** Newest first, of these logs and no other. */
  list(logs: readonly string[], filter: AuditFilter, window: ListWindow): Promise<ListedRows>;
  /** `null` also for a row of another log. */
  get(id: string, logs: readonly string[]): Promise<AuditRow | null>;
}
