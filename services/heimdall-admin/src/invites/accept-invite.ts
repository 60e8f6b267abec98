import { createId, type PasswordHasher } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import { assertActive, type App } from '../apps/app.ts';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { assertUserPassword } from '../users/user-password.ts';
import { emailKey, newUser, type User } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { closedReason, inviteClosed, isForAnybody, type Invite } from './invite.ts';
import type { Guest, InviteStore } from './invite-store.ts';

export interface AcceptInviteDeps {
  readonly invites: InviteStore;
  readonly users: UserStore;
  readonly directory: DirectoryDelivery;
  readonly passwords: PasswordHasher;
}

export interface AcceptInput {
  readonly password: string;
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
}

export interface Accepted {
  readonly user: User;
  /** False: the user had all of it already. */
  readonly changed: boolean;
}

/**
 * Makes a user of whoever has an invite, or gives a user who proves the password what the invite promises. Every try
 * costs one hash or none, whoever the address belongs to.
 *
 * @throws Fault `invite-closed`, `invite-not-yours`, `validation`, `sign-in-refused`, `conflict`; BusyError
 */
export async function acceptInvite(
  deps: AcceptInviteDeps,
  { invite, app }: { readonly invite: Invite; readonly app: App },
  input: AcceptInput,
  commit: (user: User) => Commit,
): Promise<Accepted> {
  assertActive(app);
  const closed = closedReason(invite, new Date());
  if (closed) throw inviteClosed(closed);
  const email = addressOf(invite, input.email);
  const known = await deps.users.findByEmail(app.id, email);
  const guest: Guest = known
    ? { known: await proven(deps.passwords, known, input.password) }
    : { newcomer: await newcomer(deps.passwords, { invite, app }, { ...input, email }) };
  const { user, changed, pending } = await deps.invites.accept(invite, guest, commit);
  // Not called back should tokens be away: the invite is used, and its token could not be sent again.
  await deps.directory.settle(pending, 'widening');
  return { user, changed };
}

/** One use: for the invited address alone. Several: for anybody, under an address of their own. */
function addressOf(invite: Invite, given: string | undefined): string {
  if (isForAnybody(invite)) {
    if (given === undefined) throw invalid('email', 'required', 'email is required');
    return given;
  }
  if (given !== undefined && emailKey(given) !== emailKey(invite.email)) throw new Fault('invite-not-yours');
  return invite.email;
}

async function proven(passwords: PasswordHasher, user: User, password: string): Promise<User> {
  const right =
    user.passwordHash === null
      ? await passwords.verifyDummy(password)
      : await passwords.verify(password, user.passwordHash);
  if (!right || user.status !== 'active') throw new Fault('sign-in-refused');
  return user;
}

async function newcomer(
  passwords: PasswordHasher,
  { invite, app }: { readonly invite: Invite; readonly app: App },
  { email, password, displayName }: AcceptInput & { readonly email: string },
): Promise<User> {
  await assertUserPassword(app, password, { email, ...(displayName !== undefined && { name: displayName }) });
  const passwordHash = await passwords.hash(password);
  return newUser(
    {
      id: createId('usr_'),
      appId: app.id,
      email,
      displayName,
      passwordHash,
      // The token has come by mail to that address and no other.
      emailVerified: !isForAnybody(invite),
    },
    new Date(),
  );
}
