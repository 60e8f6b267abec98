import { createId } from '@pcft/credentials';
import { Fault, invalid, tooManyGuesses } from '@pcft/errors';
import type { Call } from '@pcft/http';
import { endUserLanes } from '@pcft/limits';
import { emailKey } from '../directory/directory-record.ts';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { beginSession, byPassword } from '../grants/begin-session.ts';
import type { GrantedTokens } from '../grants/granted-tokens.ts';
import { isPasswordOf } from '../grants/is-password-of.ts';
import type { FoundInvite, InviteGuest } from '../record-door/record-door.ts';
import { commitIntent, type ConsumerDeps } from './consumer-deps.ts';
import { assertPassword } from './user-password.ts';

export interface InviteAcceptance {
  readonly token: string;
  readonly password?: string | undefined;
  readonly email?: string | undefined;
  readonly displayName?: string | undefined;
  /** Who is signed in; then nothing has to be proved. */
  readonly user: DirectoryUser | null;
}

type Newcomer = Extract<InviteGuest, { readonly password_hash: string }>;

/**
 * Accepts an invite: heimdall-admin gives what it promises and delivers it to the copy here. A new user is signed in.
 *
 * @throws Fault `not-found`, `invite-closed`, `invite-not-yours`, `sign-in-refused`, `validation`, `rate-limited`,
 *   `conflict`, `unavailable` when heimdall-admin is away; BusyError
 */
export async function acceptUserInvite(
  deps: ConsumerDeps,
  app: DirectoryApp,
  acceptance: InviteAcceptance,
  call: Pick<Call, 'request' | 'audit'>,
): Promise<{ user: DirectoryUser; granted: GrantedTokens | null }> {
  const { door, directory } = deps;
  const { request, audit } = call;
  const invite = await door.findInvite(app.id, acceptance.token, request);
  audit.add({ metadata: { invite_id: invite.id } });
  const guest = await guestOf(deps, app, invite, acceptance, request);
  const { user_id: userId } = guest;
  const who = { actor: { type: 'user' as const, id: userId }, target: { type: 'user', id: userId } };
  await commitIntent(deps, call, { ...who, status: 202 });
  await door.acceptInvite(app.id, { token: acceptance.token, guest }, request);
  const user = await directory.findUser(app.id, userId);
  // Accepted; the copy learns of it as soon as it can.
  if (!user) throw new Fault('unavailable');
  const closed = app.settings.require_verified_email && !user.emailVerified;
  if (!isNewcomer(guest) || closed) return { user, granted: null };
  const device = { ip: request.clientIp, userAgent: request.userAgent };
  const admits = byPassword({ ...user, passwordHash: guest.password_hash });
  const granted = await beginSession(deps, app, user, { device, admits }, (transaction, { sessionId }) =>
    audit.commit(transaction, {
      ...who,
      action: 'user.signed-in',
      status: 200,
      metadata: { session_id: sessionId },
    }),
  );
  return { user, granted };
}

async function guestOf(
  deps: ConsumerDeps,
  app: DirectoryApp,
  invite: FoundInvite,
  { user, password, email: given, displayName }: InviteAcceptance,
  caller: Pick<Call['request'], 'clientIp' | 'abandoned'>,
): Promise<InviteGuest> {
  if (user) return { user_id: user.id };
  if (password === undefined) throw invalid('password', 'required', 'password is required');
  const email = addressOf(invite, given);
  const context = { email, ...(displayName !== undefined && { name: displayName }) };
  // Before anybody is looked up, like the guess: what is refused here does not tell who is a user.
  await assertPassword(app, 'password', password, context);
  const { guesses, freeGuesses: freeAttempts } = deps;
  const attempt = await guesses.attempt(
    endUserLanes({ appId: app.id, email, ip: caller.clientIp, freeAttempts }),
  );
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const known = await deps.directory.findUserByEmail(app.id, email);
  if (known) {
    if (!(await isPasswordOf(deps, app.id, known, password, caller.abandoned())) || !known.active)
      throw new Fault('sign-in-refused');
    await attempt.succeeded();
    return { user_id: known.id, expected_version: known.version };
  }
  const turn = { key: app.id, abandoned: caller.abandoned() };
  const passwordHash = await deps.passwords.onBehalfOf(turn).hash(password);
  // Somebody new has nothing to guess.
  await attempt.succeeded();
  const named = displayName === undefined ? {} : { display_name: displayName };
  return { user_id: createId('usr_'), email, ...named, password_hash: passwordHash };
}

/** One use: for the invited address alone. Several: for anybody, under an address of their own. */
function addressOf({ for_anybody: forAnybody, email }: FoundInvite, given: string | undefined): string {
  if (forAnybody) {
    if (given === undefined) throw invalid('email', 'required', 'email is required');
    return given;
  }
  if (given !== undefined && emailKey(given) !== emailKey(email)) throw new Fault('invite-not-yours');
  return email;
}

function isNewcomer(guest: InviteGuest): guest is Newcomer {
  return 'password_hash' in guest;
}
