import type { Commit } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { AppKey } from './app-key.ts';

export interface AppKeyStore {
  create(key: AppKey, digest: Buffer<ArrayBuffer>, commit: Commit): Promise<PendingRecord[]>;
  /**
   * Revokes a key of the app. `null`: the app has no such key. A key that was revoked before is left as it is:
   * `changed` is false, and `pending` is what of that revocation is still unconfirmed.
   */
  revoke(
    appId: string,
    id: string,
    now: Date,
    commit: Commit,
  ): Promise<{ changed: boolean; pending: PendingRecord[] } | null>;
  /** Keys in force or expired, not the revoked ones; oldest first. */
  list(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: AppKey[]; total: number }>;
}
