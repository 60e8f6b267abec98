import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isId } from '@pcft/credentials';
import { accessTokenSeconds, type AccessClaims } from './claims.ts';
import type { PeekedToken } from './peek-access-token.ts';

export type VerifyRefusal =
  'token_signature_invalid' | 'token_expired' | 'token_not_yet_valid' | 'token_claims_invalid';

/** Whom a token has to be from and for. */
export interface Expectation {
  readonly issuer: string;
  readonly appId: string;
}

/**
 * Verifies a peeked token by a key of the app it has to belong to. The algorithm is pinned; the key was chosen by app
 * and kid, never by what the token brings along.
 */
export function verifyAccessToken(
  { token }: PeekedToken,
  publicKey: KeyObject,
  expected: Expectation,
  nowMs: number,
): AccessClaims | VerifyRefusal {
  let claims: unknown;
  try {
    claims = jwt.verify(token, publicKey, {
      algorithms: ['RS256'],
      clockTimestamp: Math.floor(nowMs / 1000),
    });
  } catch (error) {
    return refusalOf(error);
  }
  return isOurs(claims, expected) ? claims : 'token_claims_invalid';
}

function refusalOf(error: unknown): VerifyRefusal {
  if (error instanceof jwt.TokenExpiredError) return 'token_expired';
  if (error instanceof jwt.NotBeforeError) return 'token_not_yet_valid';
  if (error instanceof jwt.JsonWebTokenError) {
    // Read after the signature has been found good, and no number.
    return /^invalid (exp|nbf) value$/.test(error.message)
      ? 'token_claims_invalid'
      : 'token_signature_invalid';
  }
  throw error;
}

function isOurs(value: unknown, { issuer, appId }: Expectation): value is AccessClaims {
  const claims = value as Partial<Record<keyof AccessClaims, unknown>>;
  const { iss, sub, aud, app_id: app, jti, iat, exp, sid, scope, tenant } = claims;
  return (
    iss === issuer &&
    aud === appId &&
    app === appId &&
    typeof sub === 'string' &&
    (isId('usr_', sub) || isId('cred_', sub)) &&
    typeof jti === 'string' &&
    // A user's token belongs to a session; one from before there were sessions has none.
    (sid === undefined || (typeof sid === 'string' && isId('ses_', sid))) &&
    (tenant === undefined || (typeof tenant === 'string' && isId('ten_', tenant))) &&
    (scope === undefined || typeof scope === 'string') &&
    (exp as number) > (iat as number) &&
    Number.isInteger(iat) &&
    Number.isInteger(exp) &&
    // No library asks for an expiry that is missing; ours always have one, and never a longer one.
    (exp as number) - (iat as number) <= accessTokenSeconds
  );
}
