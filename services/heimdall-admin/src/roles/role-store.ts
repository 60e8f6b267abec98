import type { Commit } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { Role } from './role.ts';

export interface RoleStore {
  /** @throws Fault `conflict` when the app has a role of this name */
  create(role: Role, commit: Commit): Promise<PendingRecord[]>;
}
