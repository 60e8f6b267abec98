import { parseToken, tokenDigest } from '@pcft/credentials';
import type { TransactionClient } from '@pcft/events';
import type { RevokedTokens } from '../access-tokens/revoked-tokens.ts';
import { verifyClaims, type AuthorizeDeps } from '../authorize/authorize.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { SessionStore } from '../sessions/session-store.ts';

export interface RevokeDeps extends AuthorizeDeps {
  readonly sessions: SessionStore;
  readonly revokedTokens: RevokedTokens;
  readonly tokenPepper: Buffer;
}

/** What was ended: a session with all its tokens, or one access token of a machine. For the audit row. */
export type Revocation =
  | { readonly userId: string; readonly sessionId: string }
  | { readonly credentialId: string; readonly jti: string };

type Commit = (transaction: TransactionClient, revocation: Revocation) => Promise<void>;

/**
 * Ends what a token of the app belongs to (RFC 7009), whichever of a session's tokens it is.
 *
 * @returns false when there was nothing to end
 */
export async function revokeGrant(
  deps: RevokeDeps,
  app: DirectoryApp,
  token: string,
  commit: Commit,
): Promise<boolean> {
  if (parseToken(token, ['refresh-token']))
    return deps.sessions.endByToken(app.id, tokenDigest(deps.tokenPepper, token), commit);
  return revokeAccessToken(deps, app, token, commit);
}

/**
 * By what the token says, not by what it is worth now: a tenant that is archived may be restored, a machine let in again,
 * and a token that was revoked meanwhile must not come back with them.
 */
async function revokeAccessToken(
  deps: RevokeDeps,
  app: DirectoryApp,
  token: string,
  commit: Commit,
): Promise<boolean> {
  const peeked = deps.knownTokens.peek(token);
  if (typeof peeked === 'string') return false;
  const claims = await verifyClaims(deps, app.id, peeked);
  if (typeof claims === 'string') return false;
  const { sub, jti, exp, sid: sessionId } = claims;
  if (sub.startsWith('cred_')) {
    const revoked = { jti, credentialId: sub, expiresAt: new Date(exp * 1000) };
    return deps.revokedTokens.revoke(revoked, (transaction) => commit(transaction, revoked));
  }
  // From before there were sessions: nothing can be ended but all that the user has.
  if (sessionId === undefined) return false;
  const userId = sub;
  return deps.sessions.end({ appId: app.id, userId, id: sessionId }, (transaction) =>
    commit(transaction, { userId, sessionId }),
  );
}
