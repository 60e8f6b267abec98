import type { platformOperations as operations } from '@pcft/contracts';
import { bareUlid } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaWorkspaceStore } from './prisma-workspace-store.ts';
import { customRoleToWire } from './routes.ts';

type OrganizationOperations = Pick<typeof operations, 'listOrganizations' | 'listOrganizationMembers'>;

/** Workspaces in the words of seed 002, with the bare ULIDs that it prints. */
export function organizationHandlers({
  workspaces,
}: {
  readonly workspaces: PrismaWorkspaceStore;
}): Handlers<OrganizationOperations> {
  return {
    async listOrganizations({ visible, query: { limit = 20, offset = 0 } }) {
      const held = new Map(visible.map((access) => [access.id, access]));
      const { items, total } = await workspaces.list([...held.keys()], { limit, offset });
      return {
        items: items.map(({ id, slug, displayName, createdAt, updatedAt }) => ({
          id: bareUlid(id),
          name: displayName,
          slug,
          role: held.get(id)?.role ?? 'member',
          customRole: customRoleToWire(held.get(id) ?? null),
          createdAt: createdAt.toISOString(),
          updatedAt: updatedAt.toISOString(),
        })),
        total,
      };
    },

    async listOrganizationMembers({ access, query: { limit = 20, offset = 0 } }) {
      if (access === null) throw new Fault('not-a-member');
      const { items, total } = await workspaces.listMembers(access.id, { limit, offset });
      return {
        items: items.map(({ id, accountId, email, fullName, role, customRole, createdAt }) => ({
          id: bareUlid(id),
          userId: bareUlid(accountId),
          email,
          fullName,
          role,
          customRole,
          createdAt: createdAt.toISOString(),
        })),
        total,
      };
    },
  };
}
