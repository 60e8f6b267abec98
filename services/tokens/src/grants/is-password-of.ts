import { mostWork, workOf, type PasswordHasher } from '@pcft/credentials';
import type { DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';

/**
 * Whether a password is that of a user of the app. A refusal computes the same for nobody, for a user of any kind of hash
 * that the app has, for one without a password and for one who is deactivated: its time tells none from another.
 *
 * @throws BusyError
 */
export async function isPasswordOf(
  deps: { readonly passwords: PasswordHasher; readonly directory: Pick<DirectoryStore, 'foreignHashKinds'> },
  appId: string,
  user: DirectoryUser | null,
  password: string,
): Promise<boolean> {
  const kinds = await deps.directory.foreignHashKinds(appId);
  const work = mostWork(kinds.map(workOf));
  if (!user?.passwordHash) return deps.passwords.verifyDummy(password, { work });
  return deps.passwords.verify(password, user.passwordHash, { work, evenIfRight: !user.active });
}
