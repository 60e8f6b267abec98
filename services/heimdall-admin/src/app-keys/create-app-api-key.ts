import { createId, createToken, lastFour, tokenDigest } from '@pcft/credentials';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { AppKey } from './app-key.ts';
import type { AppKeyStore } from './app-key-store.ts';

/** Mints a key of an app. Widening. The secret is returned here and nowhere else. */
export async function createAppApiKey(
  deps: { keys: AppKeyStore; directory: DirectoryDelivery; tokenPepper: Buffer },
  appId: string,
  input: {
    readonly name: string;
    readonly permissions: readonly string[];
    readonly expiresInSeconds?: number | undefined;
  },
  commit: (key: AppKey) => Commit,
): Promise<{ key: AppKey; secret: string }> {
  const secret = createToken('app-key');
  const now = new Date();
  const { name, permissions, expiresInSeconds } = input;
  const key: AppKey = {
    id: createId('key_'),
    appId,
    name,
    lastFour: lastFour(secret),
    permissions,
    version: 1,
    createdAt: now,
    expiresAt: expiresInSeconds === undefined ? null : new Date(now.getTime() + expiresInSeconds * 1000),
    revokedAt: null,
    lastUsedAt: null,
  };
  const pending = await deps.keys.create(key, tokenDigest(deps.tokenPepper, secret), commit(key));
  await deps.directory.settle(pending, 'widening');
  return { key, secret };
}
