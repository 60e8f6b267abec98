import { createId, createToken, lastFour, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Commit, CommitChange } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { mostSecrets, rotated, type Credential, type CredentialSecret } from './credential.ts';
import type { CredentialStore } from './credential-store.ts';

export interface CredentialDeps {
  readonly credentials: CredentialStore;
  readonly directory: DirectoryDelivery;
  readonly tokenPepper: Buffer;
}

interface CredentialKey {
  readonly appId: string;
  readonly id: string;
}

function newSecret(pepper: Buffer, now: Date): { secret: string; kept: CredentialSecret } {
  const secret = createToken('client-secret');
  return {
    secret,
    kept: { digest: tokenDigest(pepper, secret), lastFour: lastFour(secret), createdAt: now, until: null },
  };
}

/** Widening. The secret is returned here and nowhere else. */
export async function createCredential(
  { credentials, directory, tokenPepper }: CredentialDeps,
  appId: string,
  input: Pick<Credential, 'name' | 'permissions'>,
  commit: (credential: Credential) => Commit,
): Promise<{ credential: Credential; secret: string }> {
  const now = new Date();
  const { secret, kept } = newSecret(tokenPepper, now);
  const credential: Credential = {
    ...input,
    id: createId('cred_'),
    appId,
    clientId: createId('svc_'),
    status: 'active',
    secrets: [kept],
    version: 1,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
  };
  const pending = await credentials.create(credential, commit(credential));
  await directory.settle(pending, 'widening');
  return { credential, secret };
}

export interface CredentialEdit {
  readonly name?: string | undefined;
  readonly permissions?: readonly string[] | undefined;
  /** Another secret; the one before it stays good so long. `null`: the secret stays. */
  readonly rotate: { readonly overlapSeconds: number } | null;
}

/**
 * Narrowing when a permission or a secret goes at once. A rotation that answers 503 has been made, but its secret was
 * shown to nobody: it is to be repeated.
 *
 * @throws Fault `not-found` for an unknown or revoked one, `conflict` when too many secrets are in their overlap,
 *   `unavailable` when tokens has not confirmed
 */
export async function updateCredential(
  { credentials, directory, tokenPepper }: CredentialDeps,
  { appId, id }: CredentialKey,
  { name, permissions, rotate }: CredentialEdit,
  commit: CommitChange<Credential>,
): Promise<{ credential: Credential; secret: string | null }> {
  let secret: string | null = null;
  const done = await credentials.change(
    appId,
    id,
    (credential) => {
      if (credential.status === 'revoked') throw new Fault('not-found');
      const edited: Credential = {
        ...credential,
        ...(name !== undefined && { name }),
        ...(permissions && { permissions }),
      };
      if (!rotate) return edited;
      const fresh = newSecret(tokenPepper, new Date());
      secret = fresh.secret;
      const secrets = rotated(credential.secrets, fresh.kept, rotate.overlapSeconds);
      if (secrets.length > mostSecrets) throw tooManySecrets();
      return { ...edited, secrets };
    },
    commit,
  );
  if (!done) throw new Fault('not-found');
  const narrows = permissions !== undefined || rotate?.overlapSeconds === 0;
  await directory.settle(done.pending, narrows ? 'narrowing' : 'widening');
  return { credential: done.after, secret };
}

function tooManySecrets(): Fault {
  return new Fault('conflict', {
    message: `At most ${mostSecrets} secrets of a credential are good at a time; rotate without overlap to end the others`,
    details: [{ field: 'overlap_seconds', reason: 'too many secrets in their overlap' }],
  });
}

/**
 * Narrowing: when it returns, the credential gets no token, and tokens it has are not taken by authorize any more.
 *
 * @returns whether this call was the one that revoked it
 */
export async function revokeCredential(
  { credentials, directory }: CredentialDeps,
  { appId, id }: CredentialKey,
  commit: CommitChange<Credential>,
): Promise<boolean> {
  const done = await credentials.change(
    appId,
    id,
    (credential) =>
      credential.status === 'revoked' ? credential : { ...credential, status: 'revoked', secrets: [] },
    commit,
  );
  if (!done) throw new Fault('not-found');
  await directory.settle(done.pending, 'narrowing');
  return done.changed;
}
