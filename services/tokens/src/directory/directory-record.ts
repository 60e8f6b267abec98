import type { BodyOf, tokensOperations } from '@pcft/contracts';

/** One versioned record as heimdall-admin sends it; see the declaration of applyDirectory. */
export type DirectoryRecord = BodyOf<typeof tokensOperations.applyDirectory>['records'][number];

export type RecordKind = DirectoryRecord['kind'];

/** What an address is looked up by: one user an address and app, however it is written. */
export function emailKey(email: string): string {
  return email.toLowerCase();
}

/** Data is there exactly when the record is. */
export function isWellFormed({ deleted, data }: DirectoryRecord): boolean {
  return deleted === (data === null);
}

/**
 * The newest version of each record, in the order of kinds and ids: several versions of one record may come in one
 * delivery, and deliveries that run side by side must lock rows in one order.
 */
export function newestRecords(records: readonly DirectoryRecord[]): DirectoryRecord[] {
  const newest = new Map<string, DirectoryRecord>();
  for (const record of records) {
    const key = `${record.kind} ${record.id}`;
    if ((newest.get(key)?.version ?? 0) < record.version) newest.set(key, record);
  }
  return [...newest.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}
