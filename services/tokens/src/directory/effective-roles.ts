import type { DirectoryMembership, DirectoryStore, DirectoryUser } from './directory-store.ts';

/**
 * What a user may do now: names of the roles, and their permissions, each once and sorted. In a session for a tenant
 * those held there count beside those held everywhere.
 */
export async function effectiveRoles(
  directory: DirectoryStore,
  user: DirectoryUser,
  membership: DirectoryMembership | null,
): Promise<{ roles: string[]; permissions: string[] }> {
  const held = await directory.rolesOf(user.appId, [...user.roleIds, ...(membership?.roleIds ?? [])]);
  return {
    roles: held.map(({ name }) => name),
    permissions: [...new Set(held.flatMap(({ permissions }) => permissions))].sort(),
  };
}
