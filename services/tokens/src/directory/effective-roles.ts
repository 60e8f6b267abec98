import type { DirectoryStore, DirectoryUser } from './directory-store.ts';

/** What a user may do now: names of the roles, and their permissions, each once and sorted. */
export async function effectiveRoles(
  directory: DirectoryStore,
  user: DirectoryUser,
): Promise<{ roles: string[]; permissions: string[] }> {
  const held = await directory.rolesOf(user.appId, user.roleIds);
  return {
    roles: held.map(({ name }) => name),
    permissions: [...new Set(held.flatMap(({ permissions }) => permissions))].sort(),
  };
}
