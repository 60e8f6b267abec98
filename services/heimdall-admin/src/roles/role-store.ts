import type { Changed, Commit, CommitChange } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Role } from './role.ts';

export interface RoleStore {
  /** @throws Fault `conflict` when the app has a role of this name */
  create(role: Role, commit: Commit): Promise<PendingRecord[]>;
  find(appId: string, name: string): Promise<Role | null>;
  /** Oldest first. */
  list(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: Role[]; total: number }>;
  /** Changes a role of the app under a lock. `null`: the app has no such role. */
  change(
    appId: string,
    name: string,
    decide: (role: Role) => Role,
    commit: CommitChange<Role>,
  ): Promise<Changed<Role> | null>;
  /** Deletes a role of the app and takes it from whoever has it. `null`: the app has no such role. */
  delete(appId: string, name: string, commit: (role: Role) => Commit): Promise<PendingRecord[] | null>;
  /** Deletions in the app that the tokens service has not confirmed. */
  pendingDeletions(appId: string): Promise<PendingRecord[]>;
}
