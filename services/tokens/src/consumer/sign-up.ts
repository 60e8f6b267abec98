import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { beginSession, byPassword } from '../grants/begin-session.ts';
import type { GrantedTokens } from '../grants/granted-tokens.ts';
import { isMailAllowed } from '../user-mail/mail-allowance.ts';
import { issueByMail } from '../user-mail/send-mail-token.ts';
import type { UserMailDeps } from '../user-mail/user-mail-deps.ts';
import { commitIntent } from './consumer-deps.ts';
import { assertPassword } from './user-password.ts';

export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string | undefined;
}

/**
 * Signs an end user up: heimdall-admin creates the user and delivers it to the copy here, where its first session
 * begins. No session begins where the app wants the address verified first. The link that verifies it is mailed with the
 * sign-up, unless the address was sent several mails lately.
 *
 * @throws Fault `sign-up-closed`, `validation` for the password, `conflict` for an address that is taken,
 *   `unavailable` when heimdall-admin is away; BusyError when too many passwords wait to be hashed
 */
export async function signUp(
  deps: UserMailDeps,
  app: DirectoryApp,
  { email, password, displayName }: SignUp,
  { request, audit }: Pick<Call, 'request' | 'audit'>,
): Promise<{ user: DirectoryUser; granted: GrantedTokens | null }> {
  const { directory, passwords, door } = deps;
  if (app.settings.sign_up !== 'open')
    throw new Fault('sign-up-closed', {
      ...(app.settings.sign_up === 'invite' && { message: 'This app takes only those who were invited' }),
    });
  await assertPassword(app, 'password', password, { email, ...(displayName && { name: displayName }) });
  // The record decides; asked here first because a hash costs more than a look.
  if (await directory.findUserByEmail(app.id, email))
    throw new Fault('conflict', { details: [{ field: 'email', reason: 'taken' }] });
  const userId = createId('usr_');
  const who = { actor: { type: 'user' as const, id: userId }, target: { type: 'user', id: userId } };
  await commitIntent(deps, { audit }, { ...who, action: 'user.sign-up-requested', status: 202 });
  const turn = { key: app.id, abandoned: request.abandoned() };
  const passwordHash = await passwords.onBehalfOf(turn).hash(password);
  await door.registerUser(
    { appId: app.id, userId },
    { email, password_hash: passwordHash, ...(displayName !== undefined && { display_name: displayName }) },
    request,
  );
  const user = await directory.findUser(app.id, userId);
  if (!user) throw new Fault('unavailable');
  const done = { ...who, action: 'user.signed-up', status: 201 };
  const mayMail = await isMailAllowed(deps.limiter, app.id, email);
  const verification = async (transaction: Parameters<typeof issueByMail>[1]) => {
    if (mayMail) await issueByMail(deps, transaction, app, 'verify-email', user);
  };
  if (app.settings.require_verified_email) {
    await deps.inTransaction(async (transaction) => {
      await verification(transaction);
      await audit.commit(transaction, done);
    });
    return { user, granted: null };
  }
  const device = { ip: request.clientIp, userAgent: request.userAgent };
  const admits = byPassword({ ...user, passwordHash });
  const granted = await beginSession(deps, app, user, { device, admits }, async (transaction, begun) => {
    await verification(transaction);
    await audit.commit(transaction, { ...done, metadata: { session_id: begun.sessionId } });
  });
  return { user, granted };
}
