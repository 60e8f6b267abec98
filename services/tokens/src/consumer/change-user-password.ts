import { normalizePassword } from '@pcft/credentials';
import { Fault, invalid, tooManyGuesses } from '@pcft/errors';
import type { Call } from '@pcft/http';
import { singleLane } from '@pcft/limits';
import type { DirectoryApp, DirectoryUser } from '../directory/directory-store.ts';
import { proveCodeIfActive } from '../two-factor/prove-user.ts';
import { commitIntent, type ConsumerDeps } from './consumer-deps.ts';
import { assertPassword } from './user-password.ts';

/**
 * Sets another password. All other sessions have ended when this resolves; the one that asks goes on.
 *
 * The record says both at once: where the password is changed and nobody could say so (503), the sessions of the old one
 * end when it follows, those that were begun meanwhile included. Where it is not, none has ended.
 *
 * @returns how many ended
 * @throws Fault `confirmation-required` for a code, `confirmation-refused`, `rate-limited`, `validation`, `conflict`, `unavailable`
 */
export async function changeUserPassword(
  deps: ConsumerDeps,
  app: DirectoryApp,
  user: DirectoryUser,
  sessionId: string,
  {
    current,
    next,
    code,
  }: { readonly current: string; readonly next: string; readonly code?: string | undefined },
  { request, audit }: Pick<Call, 'request' | 'audit'>,
): Promise<number> {
  const { sessions, door, guesses, freeGuesses } = deps;
  const passwords = deps.passwords.onBehalfOf({ key: app.id, abandoned: request.abandoned() });
  const attempt = await guesses.attempt(singleLane(['change-password', user.id], freeGuesses));
  if (!attempt.allowed) throw tooManyGuesses(attempt.retryAfterSeconds);
  const right =
    user.passwordHash === null
      ? await passwords.verifyDummy(current)
      : await passwords.verify(current, user.passwordHash);
  if (!right) {
    audit.add({
      action: 'user.password-change-failed',
      outcome: 'denied',
      metadata: { reason: 'wrong_password' },
    });
    throw new Fault('confirmation-refused', { message: 'The current password is wrong' });
  }
  await attempt.succeeded();
  await assertPassword(app, 'new_password', next, { email: user.email, name: user.displayName });
  if (normalizePassword(next) === normalizePassword(current))
    throw invalid('new_password', 'is the current password');
  // After the password: a wrong one must not use the code up.
  await proveCodeIfActive(deps, { app, user }, code, audit);
  const hash = await passwords.hash(next);
  const others = (await sessions.list(app.id, user.id)).filter(({ id }) => id !== sessionId);
  await commitIntent(deps, { audit }, { target: { type: 'user', id: user.id } });
  await door.changeUser(
    { appId: app.id, userId: user.id },
    {
      event: 'user.password-changed',
      expected_version: user.version,
      password_hash: hash,
      end_sessions: true,
      kept_session_id: sessionId,
    },
    request,
  );
  return others.length;
}
