import type { TransactionClient } from '@pcft/events';
import { prepareAccessToken } from '../access-tokens/issue-access-token.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';
import type { BeginSessionDeps } from './begin-session.ts';
import type { GrantedTokens } from './granted-tokens.ts';

export type SwitchRefusal = 'tenant_refused' | 'session_ended';

export type TenantSwitch =
  { readonly refused: SwitchRefusal } | { readonly refused: null; readonly granted: GrantedTokens };

/**
 * Makes a session one for another tenant, or for none (`null`), and issues its next access token. There is no new
 * refresh token: the session's own goes on, and what it is exchanged for is for the new tenant. A tenant of another
 * app, one that is archived or unknown, and one that the user is no member of are refused alike.
 */
export async function issueForTenant(
  deps: Pick<BeginSessionDeps, 'directory' | 'sessions' | 'keys' | 'publicUrl'>,
  app: DirectoryApp,
  session: { readonly userId: string; readonly sessionId: string; readonly tenantId: string | null },
  commit: (transaction: TransactionClient) => Promise<void>,
): Promise<TenantSwitch> {
  const { directory, sessions } = deps;
  const { userId, sessionId, tenantId } = session;
  const sessionExpiresAt = await sessions.switchTenant(
    { appId: app.id, userId, id: sessionId, tenantId },
    commit,
  );
  if (typeof sessionExpiresAt === 'string') return { refused: sessionExpiresAt };
  const user = await directory.findUser(app.id, userId);
  if (!user) return { refused: 'session_ended' };
  const membership = tenantId === null ? null : await directory.findMembership(app.id, tenantId, userId);
  const held = await effectiveRoles(directory, user, membership);
  const token = prepareAccessToken(deps, app, { user, sessionId, sessionExpiresAt, tenantId, ...held });
  return {
    refused: null,
    granted: { accessToken: await token.sign(), expiresIn: token.expiresIn, refreshToken: null, scope: null },
  };
}
