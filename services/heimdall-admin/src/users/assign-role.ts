import { Fault } from '@pcft/errors';
import type { Changed, CommitChange } from '../apps/app-store.ts';
import { changeUser, type ChangeUserDeps } from './update-user.ts';
import type { User } from './user.ts';

/** As many as a record for the tokens service holds. */
const mostRoles = 200;

interface Assignment {
  readonly appId: string;
  readonly userId: string;
  readonly roleName: string;
}

/**
 * Gives a user a role; to have it already is no fault. Widening.
 *
 * @throws Fault `not-found` when the app has no such user or role, `conflict` for a role too many
 */
export async function assignRole(
  deps: ChangeUserDeps,
  { appId, userId, roleName }: Assignment,
  commit: CommitChange<User>,
): Promise<Changed<User>> {
  const role = await roleOf(deps, appId, roleName);
  const decide = (user: User): User => {
    if (user.roles.some(({ id }) => id === role.id)) return user;
    if (user.roles.length >= mostRoles) {
      const details = [{ field: 'role', reason: `at most ${mostRoles} roles` }];
      throw new Fault('conflict', { message: 'The user has as many roles as one may have', details });
    }
    return { ...user, roles: [...user.roles, role] };
  };
  return changeUser(deps, { appId, id: userId }, 'widening', decide, commit);
}

/**
 * Takes a role from a user; not to have it is no fault. Narrowing: the next decision of authorize goes without it.
 *
 * @throws Fault `not-found` when the app has no such user or role, `unavailable` when tokens has not confirmed
 */
export async function removeRole(
  deps: ChangeUserDeps,
  { appId, userId, roleName }: Assignment,
  commit: CommitChange<User>,
): Promise<Changed<User>> {
  const role = await roleOf(deps, appId, roleName);
  const decide = (user: User): User =>
    user.roles.some(({ id }) => id === role.id)
      ? { ...user, roles: user.roles.filter(({ id }) => id !== role.id) }
      : user;
  return changeUser(deps, { appId, id: userId }, 'narrowing', decide, commit);
}

async function roleOf({ users }: ChangeUserDeps, appId: string, name: string) {
  const role = await users.findRole(appId, name);
  if (!role) throw new Fault('not-found');
  return role;
}
