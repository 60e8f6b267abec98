import type { TransactionClient } from '@pcft/events';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Role } from '../roles/role.ts';
import type { App } from './app.ts';

/** Writes the audit row of a change into the change's own transaction. */
export type Commit = (transaction: TransactionClient) => Promise<void>;

export interface AppStore {
  /** @throws Fault `conflict` when the name is taken, in whatever workspace */
  create(app: App, firstRole: Role, commit: Commit): Promise<PendingRecord[]>;
  /** By id or name. */
  find(reference: string): Promise<App | null>;
  /** Of these workspaces, oldest first. */
  list(
    workspaceIds: readonly string[],
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: App[]; total: number }>;
}
