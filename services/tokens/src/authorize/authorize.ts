import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import { verifyAccessToken } from '../access-tokens/verify-access-token.ts';
import { issuerOf } from '../access-tokens/claims.ts';
import type { PeekedToken } from '../access-tokens/peek-access-token.ts';
import type { DirectoryStore } from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import { coversAll } from './permission.ts';

/** The words of the contract, where they are explained to callers. */
export type AuthorizeReason = SuccessOf<typeof tokensOperations.authorize>['reason'];

/** Whom the token speaks for, with the roles and permissions of this moment. */
export interface Subject {
  readonly type: 'user';
  readonly id: string;
  readonly appId: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export interface AuthorizeDecision {
  readonly allowed: boolean;
  readonly reason: AuthorizeReason;
  /** `null` where the token is not good. */
  readonly subject: Subject | null;
}

export function refuse(reason: Exclude<AuthorizeReason, 'allowed'>): AuthorizeDecision {
  return { allowed: false, reason, subject: null };
}

/**
 * Verifies a subject token of an app and decides on the permissions, all of which are needed. The token says who it
 * is; what that user may do is read now, so that a change shows although the token is older.
 */
export async function authorize(
  deps: { directory: DirectoryStore; keys: SigningKeys; publicUrl: string },
  appId: string,
  token: PeekedToken,
  permissions: readonly string[],
): Promise<AuthorizeDecision> {
  if (token.appId !== appId) return refuse('app_mismatch');
  const key = await deps.keys.verifying(appId, token.kid);
  if (!key) return refuse('token_signature_invalid');
  const expected = { appId, issuer: issuerOf(deps.publicUrl, appId) };
  const claims = verifyAccessToken(token, key, expected, Date.now());
  if (typeof claims === 'string') return refuse(claims);
  const user = await deps.directory.findUser(appId, claims.sub);
  if (!user?.active) return refuse('user_inactive');
  const granted = await effectiveRoles(deps.directory, user);
  const subject: Subject = { type: 'user', id: user.id, appId, email: user.email, ...granted };
  return coversAll(granted.permissions, permissions)
    ? { allowed: true, reason: 'allowed', subject }
    : { allowed: false, reason: 'missing_permission', subject };
}
