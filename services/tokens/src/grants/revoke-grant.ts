import { parseToken, tokenDigest } from '@pcft/credentials';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { CommitRow, SessionStore } from '../sessions/session-store.ts';

/**
 * Ends the session that a refresh token belongs to (RFC 7009), whichever of the session's tokens it is.
 *
 * @returns false when there was nothing to end
 */
export async function revokeGrant(
  deps: { readonly sessions: SessionStore; readonly tokenPepper: Buffer },
  app: DirectoryApp,
  refreshToken: string,
  commit: CommitRow<{ sessionId: string; userId: string }>,
): Promise<boolean> {
  if (!parseToken(refreshToken, ['refresh-token'])) return false;
  return deps.sessions.endByToken(app.id, tokenDigest(deps.tokenPepper, refreshToken), commit);
}
