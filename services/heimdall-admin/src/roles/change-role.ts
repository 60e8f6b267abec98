import { Fault } from '@pcft/errors';
import type { Commit, CommitChange } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { Role } from './role.ts';
import type { RoleStore } from './role-store.ts';

interface ChangeRoleDeps {
  readonly roles: RoleStore;
  readonly directory: DirectoryDelivery;
}

interface RoleKey {
  readonly appId: string;
  readonly name: string;
}

/**
 * Changes a role; its name is what tokens carry and stays. Narrowing when a permission goes: the next decision of
 * authorize goes without it, however old the token is.
 *
 * @throws Fault `not-found`, `unavailable` when tokens has not confirmed a permission's end
 */
export async function updateRole(
  { roles, directory }: ChangeRoleDeps,
  { appId, name }: RoleKey,
  edit: { readonly displayName?: string | undefined; readonly permissions?: readonly string[] | undefined },
  commit: CommitChange<Role>,
): Promise<Role> {
  const decide = (role: Role): Role => ({
    ...role,
    ...(edit.displayName !== undefined && { displayName: edit.displayName }),
    ...(edit.permissions && { permissions: edit.permissions }),
  });
  const done = await roles.change(appId, name, decide, commit);
  if (!done) throw new Fault('not-found');
  // A repetition after a 503 brings no end of its own, but still has to wait for the one it repeats.
  const reach = edit.permissions && !edit.permissions.includes('*:*') ? 'narrowing' : 'widening';
  await directory.settle(done.pending, reach);
  return done.after;
}

/**
 * Deletes a role, also one that users have. Narrowing.
 *
 * @throws Fault `not-found`, `unavailable` when tokens has not confirmed it or, for a role that is gone, an earlier
 *   deletion
 */
export async function deleteRole(
  { roles, directory }: ChangeRoleDeps,
  { appId, name }: RoleKey,
  commit: (role: Role) => Commit,
): Promise<void> {
  const pending = await roles.delete(appId, name, commit);
  // It is not said to be gone before it is gone everywhere.
  await directory.settle(pending ?? (await roles.pendingDeletions(appId)), 'narrowing');
  if (!pending) throw new Fault('not-found');
}
