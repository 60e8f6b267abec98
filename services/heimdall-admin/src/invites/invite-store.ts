import type { TransactionClient } from '@pcft/events';
import type { MailTransaction } from '@pcft/mail';
import type { App } from '../apps/app.ts';
import type { Commit } from '../apps/app-store.ts';
import type { PendingRecord } from '../directory/directory-record.ts';
import type { User } from '../users/user.ts';
import type { Invite } from './invite.ts';

export interface InviteDraft {
  readonly appId: string;
  readonly email: string;
  readonly roleName: string;
  readonly tenantId: string | null;
  readonly maxUses: number;
  readonly ttlHours: number;
  readonly digest: Buffer<ArrayBuffer>;
}

/** Who accepts: somebody new, or a user of the app as it was when the password was proven. */
export type Guest = { readonly newcomer: User } | { readonly known: User };

export interface Acceptance {
  readonly user: User;
  /** False: the user had all of it already, and no use was counted. */
  readonly changed: boolean;
  readonly pending: PendingRecord[];
}

export interface InviteStore {
  /**
   * Keeps an invite with what `commit` writes: its mail and its audit row.
   *
   * @throws Fault `validation` for an unknown role or tenant, `conflict` for an archived tenant
   */
  create(
    draft: InviteDraft,
    commit: (transaction: TransactionClient & MailTransaction, invite: Invite) => Promise<void>,
  ): Promise<Invite>;
  /** Those that can be accepted, oldest first. */
  listPending(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: Invite[]; total: number }>;
  /** False when the app has no such pending invite. */
  revoke(appId: string, id: string, commit: Commit): Promise<boolean>;
  /** Whatever has become of it; `null`: never issued. */
  findByDigest(digest: Buffer<ArrayBuffer>): Promise<{ invite: Invite; app: App } | null>;
  /**
   * Counts a use and gives what the invite promises, or does neither. Of any number of tries at once as many succeed as
   * there are uses.
   *
   * @throws Fault `invite-closed`, `conflict` when the address was taken meanwhile, the tenant is archived or the user
   *   has changed since the password was proven
   */
  accept(invite: Invite, guest: Guest, commit: (user: User) => Commit): Promise<Acceptance>;
}
