import { assertActive } from '../apps/app.ts';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { User } from '../users/user.ts';
import { closedReason, inviteClosed } from './invite.ts';
import type { FoundInvite } from './invite-guests.ts';
import type { Guest, InviteStore } from './invite-store.ts';

export interface AcceptInviteDeps {
  readonly invites: InviteStore;
  readonly directory: DirectoryDelivery;
}

export interface Accepted {
  readonly user: User;
  /** False: the user had all of it already. */
  readonly changed: boolean;
}

/**
 * Makes a user of whoever has an invite, or gives a user what the invite promises. Who it is `ask` finds out, once the
 * invite is known to be good: by a password, or by the word of tokens.
 *
 * @throws Fault `invite-closed`, `conflict`, and what `ask` throws
 */
export async function acceptInvite(
  { invites, directory }: AcceptInviteDeps,
  { invite, app }: FoundInvite,
  ask: () => Promise<Guest>,
  commit: (user: User) => Commit,
): Promise<Accepted> {
  assertOpen({ invite, app });
  const { user, changed, pending } = await invites.accept(invite, await ask(), commit);
  // Not called back should tokens be away: the invite is used, and its token could not be sent again.
  await directory.settle(pending, 'widening');
  return { user, changed };
}

/** @throws Fault `invite-closed`, `conflict` for an archived app */
export function assertOpen({ invite, app }: FoundInvite): void {
  assertActive(app);
  const closed = closedReason(invite, new Date());
  if (closed) throw inviteClosed(closed);
}
