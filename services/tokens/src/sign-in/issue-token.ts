import { randomUUID } from 'node:crypto';
import { createId, createToken, tokenDigest, type PasswordHasher } from '@pcft/credentials';
import type { TransactionClient } from '@pcft/events';
import { accessTokenSeconds, issuerOf, type AccessClaims } from '../access-tokens/claims.ts';
import { signAccessToken } from '../access-tokens/sign-access-token.ts';
import type { DirectoryApp, DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import type { RefreshTokenStore } from './refresh-token-store.ts';

export interface SignInDeps {
  readonly directory: DirectoryStore;
  readonly keys: SigningKeys;
  readonly refreshTokens: RefreshTokenStore;
  readonly passwords: PasswordHasher;
  readonly tokenPepper: Buffer;
  readonly publicUrl: string;
}

/** For the audit row; the caller is told none of them. */
export type RefusalReason = 'unknown_user' | 'no_password' | 'wrong_password' | 'user_inactive';

export type SignIn =
  | { readonly refused: RefusalReason; readonly userId: string | null }
  | { readonly refused: null; readonly accessToken: string; readonly refreshToken: string };

/** What is committed together with the refresh token. */
export type CommitSignIn = (
  transaction: TransactionClient,
  issued: { readonly userId: string; readonly jti: string },
) => Promise<void>;

const refreshTokenDays = 30;

/**
 * Signs an end user in by e-mail and password. Every refusal costs one hash, whether the user exists or not, so that
 * the time tells nothing either.
 *
 * @throws BusyError when too many passwords wait to be checked
 */
export async function issueToken(
  deps: SignInDeps,
  app: DirectoryApp,
  { email, password }: { readonly email: string; readonly password: string },
  commit: CommitSignIn,
): Promise<SignIn> {
  const user = await deps.directory.findUserByEmail(app.id, email);
  const reason = await checkPassword(deps.passwords, user, password);
  if (reason !== null) return { refused: reason, userId: user?.id ?? null };
  const { id: userId, passwordHash } = user as DirectoryUser & { passwordHash: string };
  const claims = await claimsFor(deps, app, user as DirectoryUser);
  const accessToken = await signAccessToken(await deps.keys.signing(app.id), claims);
  const refreshToken = createToken('refresh-token');
  const kept = await deps.refreshTokens.begin(
    {
      digest: tokenDigest(deps.tokenPepper, refreshToken),
      familyId: createId('fam_'),
      appId: app.id,
      userId,
      expiresAt: new Date(Date.now() + refreshTokenDays * 86_400_000),
    },
    passwordHash,
    (transaction) => commit(transaction, { userId, jti: claims.jti }),
  );
  return kept ? { refused: null, accessToken, refreshToken } : { refused: 'user_inactive', userId };
}

/** Why the sign-in is refused, or `null`. One hash is computed on every way through. */
async function checkPassword(
  passwords: PasswordHasher,
  user: DirectoryUser | null,
  password: string,
): Promise<RefusalReason | null> {
  if (!user?.passwordHash) {
    await passwords.verifyDummy(password);
    return user ? 'no_password' : 'unknown_user';
  }
  if (!(await passwords.verify(password, user.passwordHash))) return 'wrong_password';
  return user.active ? null : 'user_inactive';
}

async function claimsFor(deps: SignInDeps, app: DirectoryApp, user: DirectoryUser): Promise<AccessClaims> {
  const { roles, permissions } = await effectiveRoles(deps.directory, user);
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: issuerOf(deps.publicUrl, app.id),
    sub: user.id,
    aud: app.id,
    app_id: app.id,
    roles,
    permissions,
    jti: randomUUID(),
    iat,
    exp: iat + accessTokenSeconds,
  };
}
