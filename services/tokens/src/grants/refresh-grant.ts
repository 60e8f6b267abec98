import { hkdfSync } from 'node:crypto';
import { deriveToken, parseToken, tokenDigest } from '@pcft/credentials';
import { prepareAccessToken } from '../access-tokens/issue-access-token.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';
import { lifetimesOf } from '../sessions/lifetimes.ts';
import type { CommitRow, Device, RefreshRefusal, Rotation } from '../sessions/session-store.ts';
import type { BeginSessionDeps } from './begin-session.ts';
import type { GrantedTokens } from './granted-tokens.ts';

export type Refresh =
  | {
      readonly refused: RefreshRefusal;
      readonly userId: string | null;
      /** True: the session was ended by this very call, whose row is committed. */
      readonly committed: boolean;
    }
  | { readonly refused: null; readonly granted: GrantedTokens };

/** Exchanges a refresh token for its successor and a new access token (see rotateToken for what holds of repetitions). */
export async function refreshGrant(
  deps: BeginSessionDeps,
  app: DirectoryApp,
  { refreshToken, device }: { readonly refreshToken: string; readonly device: Device },
  commit: CommitRow<Rotation>,
): Promise<Refresh> {
  const { directory, sessions, tokenPepper } = deps;
  if (!parseToken(refreshToken, ['refresh-token']))
    return { refused: 'token_unknown', userId: null, committed: false };
  const successor = (salt: Buffer) => successorOf(tokenPepper, refreshToken, salt);
  const rotation = await sessions.rotate(
    {
      appId: app.id,
      digest: tokenDigest(tokenPepper, refreshToken),
      device,
      lifetimes: lifetimesOf(app),
      successorDigest: (salt) => tokenDigest(tokenPepper, successor(salt)),
    },
    commit,
  );
  if (rotation.refused !== null) {
    const { refused, userId } = rotation;
    return { refused, userId, committed: refused === 'token_reused' };
  }
  const { sessionId, userId, sessionExpiresAt, tenantId, salt } = rotation;
  const user = await directory.findUser(app.id, userId);
  if (!user) return { refused: 'user_inactive', userId, committed: true };
  const membership = tenantId === null ? null : await directory.findMembership(app.id, tenantId, userId);
  const held = await effectiveRoles(directory, user, membership);
  const token = prepareAccessToken(deps, app, { user, sessionId, sessionExpiresAt, tenantId, ...held });
  const granted = {
    accessToken: await token.sign(),
    expiresIn: token.expiresIn,
    refreshToken: successor(salt),
    scope: null,
  };
  return { refused: null, granted };
}

/**
 * The refresh token that follows on another. It takes the token itself, the salt of its row and a key from the
 * environment to make it: none of the three is enough, and no two of them are.
 */
function successorOf(tokenPepper: Buffer, refreshToken: string, salt: Buffer): string {
  const key = Buffer.from(hkdfSync('sha256', tokenPepper, '', 'tokens refresh successors', 32));
  return deriveToken('refresh-token', key, Buffer.concat([salt, Buffer.from(refreshToken)]));
}
