import type { TransactionClient } from '@pcft/events';
import type { MailTransaction } from '@pcft/mail';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Role } from '../roles/role.ts';
import type { App } from './app.ts';

/** Writes the audit row of a change, and the mail it brings, into the change's own transaction. */
export type Commit = (transaction: TransactionClient & MailTransaction) => Promise<void>;

/** What became of a change: `pending` is also what an earlier one has left unconfirmed. */
export interface Changed<T> {
  readonly before: T;
  readonly after: T;
  /** False when there was nothing to do. */
  readonly changed: boolean;
  readonly pending: PendingRecord[];
}

/** Writes the audit row of a change that turned out to be one. */
export type CommitChange<T> = (before: T, after: T) => Commit;

export interface AppStore {
  /** `null`: the name is taken, in whatever workspace, and nothing was created. */
  create(app: App, firstRole: Role, commit: Commit): Promise<PendingRecord[] | null>;
  /** By id or name. */
  find(reference: string): Promise<App | null>;
  /**
   * Changes an app under a lock; `decide` gives back what it was given when there is nothing to do. `null`: no such app.
   */
  change(id: string, decide: (app: App) => App, commit: CommitChange<App>): Promise<Changed<App> | null>;
  /** Of these workspaces, oldest first. */
  list(
    workspaceIds: readonly string[],
    filter: { readonly status?: App['status'] | undefined },
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: App[]; total: number }>;
}
