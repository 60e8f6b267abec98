import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import { parseToken, tokenDigest } from '@pcft/credentials';
import { issuerOf } from '../access-tokens/claims.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import { verifySubject, type AuthorizeDeps } from './authorize.ts';

export type TokenIntrospection = SuccessOf<typeof tokensOperations.introspectAppToken>;

export interface IntrospectDeps extends AuthorizeDeps {
  readonly sessions: SessionStore;
  readonly tokenPepper: Buffer;
}

/** RFC 7662: what a token of this app is worth now. What it is not worth is not told. */
export async function introspectToken(
  deps: IntrospectDeps,
  appId: string,
  token: string,
): Promise<TokenIntrospection> {
  return parseToken(token, ['refresh-token'])
    ? introspectRefreshToken(deps, appId, token)
    : introspectAccessToken(deps, appId, token);
}

async function introspectAccessToken(
  deps: IntrospectDeps,
  appId: string,
  token: string,
): Promise<TokenIntrospection> {
  const peeked = deps.knownTokens.peek(token);
  const verified = typeof peeked === 'string' ? peeked : await verifySubject(deps, appId, peeked);
  if (typeof verified === 'string') return { active: false };
  const { claims, subject, limit } = verified;
  const permissions = [...(limit ?? subject.permissions)];
  return {
    active: true,
    scope: permissions.join(' '),
    ...(claims.client_id !== undefined && { client_id: claims.client_id }),
    ...(subject.email !== null && { username: subject.email }),
    token_type: 'Bearer',
    exp: claims.exp,
    iat: claims.iat,
    sub: claims.sub,
    aud: claims.aud,
    iss: claims.iss,
    jti: claims.jti,
    ...(claims.sid !== undefined && { sid: claims.sid }),
    ...(claims.tenant !== undefined && { tenant: claims.tenant }),
    app_id: appId,
    roles: [...subject.roles],
    permissions,
  };
}

async function introspectRefreshToken(
  { sessions, tokenPepper, publicUrl }: IntrospectDeps,
  appId: string,
  token: string,
): Promise<TokenIntrospection> {
  const live = await sessions.findLiveToken(appId, tokenDigest(tokenPepper, token));
  if (!live) return { active: false };
  const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
  return {
    active: true,
    client_id: appId,
    token_type: 'refresh_token',
    exp: seconds(live.expiresAt),
    iat: seconds(live.createdAt),
    sub: live.userId,
    iss: issuerOf(publicUrl, appId),
    sid: live.sessionId,
    ...(live.tenantId !== null && { tenant: live.tenantId }),
    app_id: appId,
  };
}
