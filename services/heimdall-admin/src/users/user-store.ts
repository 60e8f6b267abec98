import type { Commit } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { User } from './user.ts';

export interface UserStore {
  /** @throws Fault `conflict` when the app has a user of this address */
  create(user: User, commit: Commit): Promise<PendingRecord[]>;
  emailTaken(appId: string, email: string): Promise<boolean>;
  findRole(appId: string, name: string): Promise<{ id: string; name: string } | null>;
  /** Oldest first. */
  list(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: User[]; total: number }>;
}
