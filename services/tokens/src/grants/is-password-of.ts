import { mostWork, workOf, type PasswordHasher } from '@pcft/credentials';
import type { DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';

/**
 * Whether a password is that of a user of the app. A refusal computes the same for nobody, for a user of any kind of hash
 * that the app has, for one without a password and for one who is deactivated: its time tells none from another.
 *
 * @param abandoned aborted when the caller has left: what he is not told is not computed
 * @throws BusyError
 */
export async function isPasswordOf(
  deps: { readonly passwords: PasswordHasher; readonly directory: Pick<DirectoryStore, 'foreignHashKinds'> },
  appId: string,
  user: DirectoryUser | null,
  password: string,
  abandoned: AbortSignal,
): Promise<boolean> {
  const passwords = deps.passwords.onBehalfOf({ key: appId, abandoned });
  const kinds = await deps.directory.foreignHashKinds(appId);
  const work = mostWork(kinds.map(workOf));
  if (!user?.passwordHash) return passwords.verifyDummy(password, { work });
  return passwords.verify(password, user.passwordHash, { work, evenIfRight: !user.active });
}
