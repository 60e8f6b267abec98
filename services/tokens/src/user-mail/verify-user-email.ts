import type { Call } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { changeByLink, findLink, presentedToken, useUp } from './use-mail-token.ts';
import type { UserMailDeps } from './user-mail-deps.ts';

/**
 * Verifies the address that a token was sent to. Sign-ins see it when this resolves.
 *
 * @returns the address
 * @throws Fault `link-invalid`, `conflict`, `unavailable`: but for the first, the token can then be used again
 */
export async function verifyUserEmail(
  deps: UserMailDeps,
  app: DirectoryApp,
  token: string,
  call: Pick<Call, 'request' | 'audit'>,
): Promise<string> {
  const link = await findLink(deps, presentedToken(deps, app, 'verify-email', token));
  const { user } = link;
  call.audit.add({ target: { type: 'user', id: user.id } });
  await useUp(deps, link, call);
  // By an admin, or by a reset: there is nothing to ask the record for.
  if (!user.emailVerified)
    await changeByLink(deps, link, { event: 'user.email-verified', email_verified: true }, call);
  return user.email;
}
