import { createId, type PasswordHasher } from '@pcft/credentials';
import { invalid } from '@pcft/errors';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { emailTaken } from './email-taken.ts';
import { newUser, type User } from './user.ts';
import type { UserStore } from './user-store.ts';

export interface NewUser {
  readonly email: string;
  readonly displayName?: string | undefined;
  readonly password?: string | undefined;
  /** Name of a role of the app. */
  readonly role?: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Creates an end user, with a role if one is named. Widening.
 *
 * @throws Fault `validation` for an unknown role or metadata that is too large, `conflict` when the app has a user of this address; BusyError when
 *   too many passwords wait to be hashed
 */
export async function createUser(
  deps: { users: UserStore; directory: DirectoryDelivery; passwords: PasswordHasher },
  appId: string,
  input: NewUser,
  commit: (user: User) => Commit,
): Promise<User> {
  const { users, directory, passwords } = deps;
  const roles = input.role === undefined ? [] : [await existingRole(users, appId, input.role)];
  // Also decided by the unique index; asked first because a hash costs more than a look.
  if (await users.emailTaken(appId, input.email)) throw emailTaken();
  const passwordHash = input.password === undefined ? null : await passwords.hash(input.password);
  const { email, displayName, metadata } = input;
  const user = newUser(
    { id: createId('usr_'), appId, email, displayName, passwordHash, metadata, roles },
    new Date(),
  );
  const pending = await users.create(user, commit(user));
  await directory.settle(pending, 'widening');
  return user;
}

async function existingRole(users: UserStore, appId: string, name: string) {
  const role = await users.findRole(appId, name);
  if (!role) throw invalid('role', 'unknown role');
  return role;
}
