import type { PendingRecord } from './directory-record.ts';

/** What is known of records that wait for the tokens service's confirmation. */
export interface DirectoryQueue {
  /** What is still unconfirmed of one record, oldest first. */
  pendingOf(kind: string, id: string): Promise<PendingRecord[]>;
  /** Unconfirmed tombstones of a kind in an app, oldest first. */
  pendingDeletions(kind: string, appId: string): Promise<PendingRecord[]>;
  /** Forgets confirmed records. */
  confirm(seqs: readonly bigint[]): Promise<void>;
  /** How many wait. */
  count(): Promise<number>;
}
