import { timingSafeEqual } from 'node:crypto';
import { isId, parseToken, tokenDigest } from '@pcft/credentials';
import { prepareAccessToken, type AccessTokenDeps } from '../access-tokens/issue-access-token.ts';
import { coversAll } from '../authorize/permission.ts';
import type { DirectoryApp, DirectoryCredential } from '../directory/directory-store.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import type { GrantedTokens } from './granted-tokens.ts';

export interface ClientCredentialsDeps extends AccessTokenDeps {
  readonly warm: WarmDirectory;
  readonly tokenPepper: Buffer;
}

/** For the audit row; the caller is told `scope_refused` apart from the others. */
export type ClientRefusal = 'unknown_client' | 'wrong_secret' | 'credential_revoked' | 'scope_refused';

export type ClientGrant =
  | { readonly refused: ClientRefusal; readonly credentialId: string | null }
  | {
      readonly refused: null;
      readonly credentialId: string;
      readonly jti: string;
      readonly granted: GrantedTokens;
    };

/** RFC 6749 section 4.4: a machine by its credential. No refresh token: it can always come again. */
export async function clientCredentialsGrant(
  deps: ClientCredentialsDeps,
  app: DirectoryApp,
  client: { readonly id: string; readonly secret: string; readonly scope: string | null },
): Promise<ClientGrant> {
  const credential = isId('svc_', client.id) ? await deps.warm.credentialByClientId(app.id, client.id) : null;
  if (!credential) return { refused: 'unknown_client', credentialId: null };
  const refused = (reason: ClientRefusal) => ({ refused: reason, credentialId: credential.id });
  if (!isSecretOf(deps.tokenPepper, credential, client.secret)) return refused('wrong_secret');
  if (!credential.active) return refused('credential_revoked');
  const asked = client.scope === null ? credential.permissions : [...new Set(client.scope.split(' '))];
  if (client.scope !== null && !isWithin(credential.permissions, asked)) return refused('scope_refused');
  const subject = { credential, permissions: asked, narrowed: client.scope !== null };
  const token = prepareAccessToken(deps, app, subject);
  return {
    refused: null,
    credentialId: credential.id,
    jti: token.jti,
    granted: {
      accessToken: await token.sign(),
      expiresIn: token.expiresIn,
      refreshToken: null,
      scope: asked.join(' '),
    },
  };
}

const permissionForm = /^[A-Za-z0-9_.*-]+:[A-Za-z0-9_.*-]+$/;

function isWithin(permissions: readonly string[], asked: readonly string[]): boolean {
  return (
    asked.length <= 200 &&
    asked.every((each) => each.length <= 130 && permissionForm.test(each)) &&
    coversAll(permissions, asked)
  );
}

/** By any secret whose overlap has not ended. Every digest is compared, so that the time tells nothing. */
function isSecretOf(tokenPepper: Buffer, { digests }: DirectoryCredential, secret: string): boolean {
  const given = tokenDigest(tokenPepper, secret);
  let found = false;
  for (const digest of digests)
    if (digest.length === given.length && timingSafeEqual(digest, given)) found = true;
  return found && parseToken(secret, ['client-secret']) !== null;
}
