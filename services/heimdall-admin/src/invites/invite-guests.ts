import { createId, mostWork, workOf, type PasswordHasher } from '@pcft/credentials';
import { Fault, invalid, tooManyGuesses } from '@pcft/errors';
import type { App } from '../apps/app.ts';
import { assertUserPassword } from '../users/user-password.ts';
import { emailKey, newUser, type User } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import { isForAnybody, type Invite } from './invite.ts';
import type { Guest } from './invite-store.ts';
import type { SignInGuesses } from './sign-in-guesses.ts';

/** An invite and the app it is to. */
export interface FoundInvite {
  readonly invite: Invite;
  readonly app: App;
}

export interface GuestDeps {
  readonly users: UserStore;
  readonly passwords: PasswordHasher;
  readonly guesses: SignInGuesses;
}

/**
 * Who accepts, by address and password: a user of the app who proves it, or somebody new. The rules of passwords and the
 * budget of guesses are asked before anybody is looked up, so that no refusal of theirs tells whose address it is.
 *
 * @throws Fault `invite-not-yours`, `validation`, `rate-limited`, `sign-in-refused`; BusyError
 */
export async function guestByPassword(
  { users, passwords: anyones, guesses }: GuestDeps,
  { invite, app }: FoundInvite,
  input: {
    readonly password: string;
    readonly displayName?: string | undefined;
    readonly email?: string | undefined;
    /** The address that the call came from. */
    readonly ip: string;
  },
): Promise<Guest> {
  const { password, displayName, ip } = input;
  const passwords = anyones.onBehalfOf({ key: app.id });
  const email = addressOf(invite, input.email);
  await assertUserPassword(app, password, { email, ...(displayName !== undefined && { name: displayName }) });
  const attempt = await guesses.attempt({ appId: app.id, email, ip });
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const user = await users.findByEmail(app.id, email);
  if (user) {
    const known = await proven({ users, passwords }, user, password);
    await attempt.succeeded();
    return { known };
  }
  const passwordHash = await passwords.hash(password);
  // Somebody new has nothing to guess.
  await attempt.succeeded();
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

/** What a refusal computes is the same for every user of the app, whatever hash there is: as at a sign-in. */
async function proven(
  { users, passwords }: Pick<GuestDeps, 'users' | 'passwords'>,
  user: User,
  password: string,
): Promise<User> {
  const { appId, passwordHash } = user;
  const active = user.status === 'active';
  const work = mostWork((await users.foreignHashKinds(appId)).map(workOf));
  const right =
    passwordHash === null
      ? await passwords.verifyDummy(password, { work })
      : await passwords.verify(password, passwordHash, { work, evenIfRight: !active });
  if (!right || !active) throw new Fault('sign-in-refused');
  return user;
}
