import { createId, type PasswordHasher } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { App } from '../apps/app.ts';
import { assertUserPassword } from '../users/user-password.ts';
import { emailKey, newUser, type User } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { isForAnybody, type Invite } from './invite.ts';
import type { Guest } from './invite-store.ts';

/** An invite and the app it is to. */
export interface FoundInvite {
  readonly invite: Invite;
  readonly app: App;
}

/**
 * Who accepts, by address and password: a user of the app who proves it, or somebody new. Every try costs one hash or
 * none, whoever the address belongs to.
 *
 * @throws Fault `invite-not-yours`, `validation`, `sign-in-refused`; BusyError
 */
export async function guestByPassword(
  { users, passwords }: { readonly users: UserStore; readonly passwords: PasswordHasher },
  { invite, app }: FoundInvite,
  input: {
    readonly password: string;
    readonly displayName?: string | undefined;
    readonly email?: string | undefined;
  },
): Promise<Guest> {
  const { password, displayName } = input;
  const email = addressOf(invite, input.email);
  const known = await users.findByEmail(app.id, email);
  if (known) return { known: await proven(passwords, known, password) };
  await assertUserPassword(app, password, { email, ...(displayName !== undefined && { name: displayName }) });
  const passwordHash = await passwords.hash(password);
  return { newcomer: newcomer({ invite, app }, { id: createId('usr_'), email, displayName, passwordHash }) };
}

/** One use: for the invited address alone. Several: for anybody, under an address of their own. */
export function addressOf(invite: Invite, given: string | undefined): string {
  if (isForAnybody(invite)) {
    if (given === undefined) throw invalid('email', 'required', 'email is required');
    return given;
  }
  if (given !== undefined && emailKey(given) !== emailKey(invite.email)) throw new Fault('invite-not-yours');
  return invite.email;
}

/** Somebody who becomes a user of the app by the invite. */
export function newcomer(
  { invite, app }: FoundInvite,
  given: {
    readonly id: string;
    readonly email: string;
    readonly displayName?: string | undefined;
    readonly passwordHash: string;
  },
): User {
  // The token has come by mail to that address and no other.
  const emailVerified = !isForAnybody(invite);
  return newUser({ ...given, displayName: given.displayName, appId: app.id, emailVerified }, new Date());
}

async function proven(passwords: PasswordHasher, user: User, password: string): Promise<User> {
  const right =
    user.passwordHash === null
      ? await passwords.verifyDummy(password)
      : await passwords.verify(password, user.passwordHash);
  if (!right || user.status !== 'active') throw new Fault('sign-in-refused');
  return user;
}
