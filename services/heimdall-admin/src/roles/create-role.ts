import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { newRole, type Role } from './role.ts';
import type { RoleStore } from './role-store.ts';

/**
 * Widening: nobody has the role yet.
 *
 * @throws Fault `conflict` when the app has a role of this name
 */
export async function createRole(
  { roles, directory }: { roles: RoleStore; directory: DirectoryDelivery },
  appId: string,
  input: Pick<Role, 'name' | 'displayName' | 'permissions'>,
  commit: (role: Role) => Commit,
): Promise<Role> {
  const role = newRole(appId, input, new Date());
  const pending = await roles.create(role, commit(role));
  await directory.settle(pending, 'widening');
  return role;
}
