import { createId, type PasswordHasher } from '@pcft/credentials';
import { invalid } from '@pcft/errors';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { App } from '../apps/app.ts';
import { emailTaken } from './email-taken.ts';
import { newUser, type User } from './user.ts';
import { assertUserPassword } from './user-password.ts';
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
 * @throws Fault `validation` for an unknown role, a password against the rules of the app or metadata that is too large, `conflict` when the app has a user of this address; BusyError when
 *   too many passwords wait to be hashed
 */
export async function createUser(
  deps: { users: UserStore; directory: DirectoryDelivery; passwords: PasswordHasher },
  app: Pick<App, 'id' | 'settings'>,
  input: NewUser,
  commit: (user: User) => Commit,
): Promise<User> {
  const { users, directory, passwords } = deps;
  const { id: appId } = app;
  const { email, displayName, metadata, password } = input;
  const roles = input.role === undefined ? [] : [await existingRole(users, appId, input.role)];
  // Also decided by the unique index; asked first because a hash costs more than a look.
  if (await users.emailTaken(appId, email)) throw emailTaken();
  if (password !== undefined)
    await assertUserPassword(app, password, {
      email,
      ...(displayName !== undefined && { name: displayName }),
    });
  const passwordHash =
    password === undefined ? null : await passwords.onBehalfOf({ key: appId }).hash(password);
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
