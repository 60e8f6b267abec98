import type { TransactionClient } from '@pcft/events';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Role } from '../roles/role.ts';
import type { App } from './app.ts';

/** Writes the audit row of a change into the change's own transaction. */
export type Commit = (transaction: TransactionClient) => Promise<void>;

export interface AppStore {
  /** `null`: the name is taken, in whatever workspace, and nothing was created. */
  create(app: App, firstRole: Role, commit: Commit): Promise<PendingRecord[] | null>;
  /** By id or name. */
  find(reference: string): Promise<App | null>;
  /** Of these workspaces, oldest first. */
  list(
    workspaceIds: readonly string[],
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: App[]; total: number }>;
}
