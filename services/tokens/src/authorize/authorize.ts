import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import { issuerOf, type AccessClaims } from '../access-tokens/claims.ts';
import type { KnownTokens, ReadToken } from '../access-tokens/known-tokens.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import { coversAll } from './permission.ts';

/** The words of the contract, where they are explained to callers. */
export type AuthorizeReason = SuccessOf<typeof tokensOperations.authorize>['reason'];
export type SubjectRefusal = Exclude<AuthorizeReason, 'allowed' | 'missing_permission'>;

/** Whom a token speaks for, with the roles and permissions of this moment. */
export interface Subject {
  readonly type: 'user' | 'credential';
  readonly id: string;
  readonly appId: string;
  readonly email: string | null;
  /** The tenant that the token is for. */
  readonly tenant: string | null;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export interface AuthorizeDecision {
  readonly allowed: boolean;
  readonly reason: AuthorizeReason;
  /** `null` where the token is not good. */
  readonly subject: Subject | null;
}

export interface AuthorizeDeps {
  readonly warm: WarmDirectory;
  readonly keys: SigningKeys;
  readonly knownTokens: KnownTokens;
  readonly publicUrl: string;
}

export function refuse(reason: SubjectRefusal): AuthorizeDecision {
  return { allowed: false, reason, subject: null };
}

/**
 * Verifies a subject token of an app and decides on the permissions, all of which are needed. The token says who it
 * is; what that user or credential may do is read now, so that a change shows although the token is older.
 */
export async function authorize(
  deps: AuthorizeDeps,
  appId: string,
  token: ReadToken,
  permissions: readonly string[],
): Promise<AuthorizeDecision> {
  const verified = await verifySubject(deps, appId, token);
  if (typeof verified === 'string') return refuse(verified);
  const { subject } = verified;
  return coversAll(subject.permissions, permissions) && coversAll(verified.limit ?? permissions, permissions)
    ? { allowed: true, reason: 'allowed', subject }
    : { allowed: false, reason: 'missing_permission', subject };
}

export interface VerifiedSubject {
  readonly claims: AccessClaims;
  readonly subject: Subject;
  /** What a token that asked for less may do at most; `null`: whatever its subject may. */
  readonly limit: readonly string[] | null;
}

/** What a token of the app that has not expired says, whether or not whom it speaks for still counts. */
export async function verifyClaims(
  deps: Pick<AuthorizeDeps, 'keys' | 'knownTokens' | 'publicUrl'>,
  appId: string,
  token: ReadToken,
): Promise<AccessClaims | SubjectRefusal> {
  if (token.appId !== appId) return 'app_mismatch';
  const key = await deps.keys.verifying(appId, token.kid);
  if (!key) return 'token_signature_invalid';
  return deps.knownTokens.verify(token, key, { appId, issuer: issuerOf(deps.publicUrl, appId) }, Date.now());
}

/** Who a token speaks for at this moment, or why it is worth nothing. */
export async function verifySubject(
  deps: AuthorizeDeps,
  appId: string,
  token: ReadToken,
): Promise<VerifiedSubject | SubjectRefusal> {
  const claims = await verifyClaims(deps, appId, token);
  if (typeof claims === 'string') return claims;
  return claims.sub.startsWith('cred_') ? ofCredential(deps, appId, claims) : ofUser(deps, appId, claims);
}

async function ofUser(
  { warm }: AuthorizeDeps,
  appId: string,
  claims: AccessClaims,
): Promise<VerifiedSubject | SubjectRefusal> {
  const user = await warm.user(appId, claims.sub, claims.sid ?? null, claims.tenant ?? null);
  if (!user) return 'user_inactive';
  if (user.sessionGoesOn === false) return 'session_ended';
  if (user.inTenant === false) return 'tenant_inactive';
  // A token from before there were sessions: by its second, in the caller's disfavour.
  if (claims.sid === undefined && user.endedBefore !== null && claims.iat * 1000 <= user.endedBefore)
    return 'session_ended';
  const { id, email, roles, permissions } = user;
  const tenant = claims.tenant ?? null;
  return { claims, subject: { type: 'user', id, appId, email, tenant, roles, permissions }, limit: null };
}

async function ofCredential(
  { warm }: AuthorizeDeps,
  appId: string,
  claims: AccessClaims,
): Promise<VerifiedSubject | SubjectRefusal> {
  const credential = await warm.credential(appId, claims.sub, claims.jti);
  if (!credential?.active) return 'credential_inactive';
  if (credential.tokenRevoked) return 'token_revoked';
  const { id, permissions } = credential;
  return {
    claims,
    subject: { type: 'credential', id, appId, email: null, tenant: null, roles: [], permissions },
    limit: claims.scope === undefined ? null : claims.scope.split(' '),
  };
}
