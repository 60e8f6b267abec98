import { Fault } from '@pcft/errors';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { AppKeyStore } from './app-key-store.ts';

/**
 * Narrowing: returns when the tokens service takes the key no longer. A repetition is answered alike, which is how a
 * caller who was told 503 finds out that the revocation has followed.
 *
 * @returns whether this call was the one that revoked it
 * @throws Fault `not-found` when the app has no such key, `unavailable` when tokens has not confirmed
 */
export async function revokeAppApiKey(
  { keys, directory }: { keys: AppKeyStore; directory: DirectoryDelivery },
  appId: string,
  id: string,
  commit: Commit,
): Promise<boolean> {
  const revocation = await keys.revoke(appId, id, new Date(), commit);
  if (!revocation) throw new Fault('not-found');
  await directory.settle(revocation.pending, 'narrowing');
  return revocation.changed;
}
