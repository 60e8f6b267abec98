import { InTurn } from '@pcft/credentials';
import type { Call } from '@pcft/http';
import { assertPassword } from '../consumer/user-password.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { changeByLink, findLink, presentedToken, useUp } from './use-mail-token.ts';
import type { UserMailDeps } from './user-mail-deps.ts';

const resets = new InTurn();

/**
 * Sets a new password with the token of a mail. When this resolves, no session of the user is taken any more, and the
 * address counts as verified: the token was nowhere else. A second factor is still asked for: it guards against whoever
 * reads the mailbox, too.
 *
 * @returns how many sessions ended
 * @throws Fault `link-invalid`, `validation` for a password against the rules of the app, `conflict`, `unavailable`: but
 *   for the first, the token can then be used again; BusyError when too many passwords wait to be hashed
 */
export async function resetUserPassword(
  deps: UserMailDeps,
  app: DirectoryApp,
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
  call: Pick<Call, 'request' | 'audit'>,
): Promise<number> {
  const presented = presentedToken(deps, app, 'reset-password', token);
  return resets.run(presented.digest.toString('hex'), async () => {
    const link = await findLink(deps, presented);
    const { user } = link;
    call.audit.add({ target: { type: 'user', id: user.id } });
    await assertPassword(app, 'new_password', newPassword, { email: user.email, name: user.displayName });
    const turn = { key: app.id, abandoned: call.request.abandoned() };
    const hash = await deps.passwords.onBehalfOf(turn).hash(newPassword);
    const sessions = await deps.sessions.list(app.id, user.id);
    await useUp(deps, link, call);
    await changeByLink(
      deps,
      link,
      { event: 'user.password-reset', password_hash: hash, email_verified: true, end_sessions: true },
      call,
    );
    return sessions.length;
  });
}
