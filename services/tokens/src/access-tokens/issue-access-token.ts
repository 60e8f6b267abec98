import { randomUUID } from 'node:crypto';
import type { DirectoryApp, DirectoryCredential, DirectoryUser } from '../directory/directory-store.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import { issuerOf, type AccessClaims } from './claims.ts';
import { signAccessToken } from './sign-access-token.ts';

export interface AccessTokenDeps {
  readonly keys: SigningKeys;
  readonly publicUrl: string;
}

/** Whom a token is for, and what it says of that. */
export type TokenSubject =
  | {
      readonly user: Pick<DirectoryUser, 'id'>;
      readonly sessionId: string;
      readonly sessionExpiresAt: Date;
      /** The tenant that the session is for. */
      readonly tenantId: string | null;
      readonly roles: readonly string[];
      readonly permissions: readonly string[];
    }
  | {
      readonly credential: Pick<DirectoryCredential, 'id' | 'clientId'>;
      readonly permissions: readonly string[];
      /** True where the token may do less than the credential. */
      readonly narrowed: boolean;
    };

/** An access token that can be signed; its id is known before, for the audit row. */
export interface PreparedToken {
  readonly jti: string;
  readonly expiresIn: number;
  sign(): Promise<string>;
}

/** Prepares a token that ends after `app`'s settings say, and never after its session. */
export function prepareAccessToken(
  { keys, publicUrl }: AccessTokenDeps,
  app: DirectoryApp,
  subject: TokenSubject,
): PreparedToken {
  const iat = Math.floor(Date.now() / 1000);
  const jti = randomUUID();
  const longest = app.settings.sessions.access_token_seconds;
  const expiresIn =
    'user' in subject
      ? Math.max(1, Math.min(longest, Math.floor(subject.sessionExpiresAt.getTime() / 1000) - iat))
      : longest;
  const claims: AccessClaims = {
    iss: issuerOf(publicUrl, app.id),
    sub: 'user' in subject ? subject.user.id : subject.credential.id,
    aud: app.id,
    app_id: app.id,
    client_id: 'user' in subject ? app.id : subject.credential.clientId,
    roles: 'user' in subject ? subject.roles : [],
    permissions: subject.permissions,
    ...('user' in subject && { sid: subject.sessionId }),
    ...('user' in subject && subject.tenantId !== null && { tenant: subject.tenantId }),
    ...('credential' in subject && subject.narrowed && { scope: subject.permissions.join(' ') }),
    jti,
    iat,
    exp: iat + expiresIn,
  };
  return { jti, expiresIn, sign: async () => signAccessToken(await keys.signing(app.id), claims) };
}
