import type { Changed, Commit, CommitChange } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { User } from './user.ts';

export interface UserStore {
  /** @throws Fault `conflict` when the app has a user of this address */
  create(user: User, commit: Commit): Promise<PendingRecord[]>;
  emailTaken(appId: string, email: string): Promise<boolean>;
  findByEmail(appId: string, email: string): Promise<User | null>;
  find(appId: string, id: string): Promise<User | null>;
  /** The kinds of password hashes of other systems that users of the app have: scheme and parameters. */
  foreignHashKinds(appId: string): Promise<string[]>;
  findRole(appId: string, name: string): Promise<UserRole | null>;
  /** Those of the names that are roles of the app. */
  findRoles(appId: string, names: readonly string[]): Promise<UserRole[]>;
  /**
   * Changes a user of the app under a lock; `decide` gives back what it was given when there is nothing to do. `null`:
   * the app has no such user.
   *
   * @throws Fault `conflict` when the new address is taken, `not-found` when a new role was deleted meanwhile
   */
  change(
    appId: string,
    id: string,
    decide: (user: User) => User,
    commit: CommitChange<User>,
  ): Promise<Changed<User> | null>;
  /** Creates those whose address is free. @returns them, and their records */
  createMany(
    users: readonly User[],
    commit: (created: readonly User[]) => Commit,
  ): Promise<{ created: User[]; pending: PendingRecord[] }>;
  /** Oldest first. */
  list(
    appId: string,
    filter: UserFilter,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: User[]; total: number }>;
}

export type UserRole = User['roles'][number];

export interface UserFilter {
  readonly status?: User['status'] | undefined;
  /** Name of a role. */
  readonly role?: string | undefined;
  /** The beginning of an address, however it is written. */
  readonly emailPrefix?: string | undefined;
}
