import type { AuditFilter, AuditRow } from './audit-row.ts';

/** Reads the log. Writing is ingest's alone. */
export interface AuditLogStore {
  /** Newest first, of these logs and no other. */
  list(
    logs: readonly string[],
    filter: AuditFilter,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly items: readonly AuditRow[]; readonly total: number }>;
  /** `null` also for a row of another log. */
  get(id: string, logs: readonly string[]): Promise<AuditRow | null>;
}
