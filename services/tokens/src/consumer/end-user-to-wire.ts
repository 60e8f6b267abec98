import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import type { DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';
import { effectiveRoles } from '../directory/effective-roles.ts';

export type EndUserWire = SuccessOf<typeof tokensOperations.getEndUser>;

/** An end user as that user may see it, with the roles and permissions of this moment, in a tenant those held there too. */
export async function endUserToWire(
  directory: DirectoryStore,
  user: DirectoryUser,
  tenantId: string | null = null,
): Promise<EndUserWire> {
  const membership = tenantId === null ? null : await directory.findMembership(user.appId, tenantId, user.id);
  const { roles, permissions } = await effectiveRoles(directory, user, membership);
  return {
    id: user.id,
    app_id: user.appId,
    email: user.email,
    email_verified: user.emailVerified,
    display_name: user.displayName,
    roles,
    permissions,
    created_at: user.createdAt?.toISOString() ?? null,
    updated_at: user.updatedAt?.toISOString() ?? null,
  };
}
