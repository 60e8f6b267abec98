import type { heimdallAdminOperations } from '@pcft/contracts';
import type { Call, Handlers } from '@pcft/http';
import { Fault } from '@pcft/errors';
import { assertActive, type App } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { deleteRole, updateRole } from './change-role.ts';
import { createRole } from './create-role.ts';
import type { Role } from './role.ts';
import type { RoleStore } from './role-store.ts';

type RoleOperations = Pick<
  typeof heimdallAdminOperations,
  'createRole' | 'listRoles' | 'getRole' | 'updateRole' | 'deleteRole'
>;

export function roleHandlers(deps: {
  roles: RoleStore;
  directory: DirectoryDelivery;
}): Handlers<RoleOperations> {
  return {
    async createRole({ located, body, audit }: Call<RoleOperations['createRole'], App>) {
      assertActive(located);
      const { name, display_name: displayName = name, permissions } = body;
      const role = await createRole(
        deps,
        located.id,
        { name, displayName, permissions },
        ({ id }) =>
          (transaction) =>
            audit.commit(transaction, { target: { type: 'role', id }, metadata: { name, permissions } }),
      );
      return toWire(role);
    },
    async listRoles({ located, query }: Call<RoleOperations['listRoles'], App>) {
      const { limit = 20, offset = 0 } = query;
      const { items, total } = await deps.roles.list(located.id, { limit, offset });
      return { items: items.map(toWire), total };
    },
    async getRole({ located, params }: Call<RoleOperations['getRole'], App>) {
      const role = await deps.roles.find(located.id, params.role_name);
      if (!role) throw new Fault('not-found');
      return toWire(role);
    },
    async updateRole({ located, params, body, audit }: Call<RoleOperations['updateRole'], App>) {
      assertActive(located);
      const { display_name: displayName, permissions } = body;
      const key = { appId: located.id, name: params.role_name };
      const role = await updateRole(
        deps,
        key,
        { displayName, permissions },
        (before, after) => (transaction) =>
          audit.commit(transaction, {
            target: { type: 'role', id: after.id },
            metadata: { name: after.name },
            changes: { before: shown(before), after: shown(after) },
          }),
      );
      return toWire(role);
    },
    async deleteRole({ located, params, audit }: Call<RoleOperations['deleteRole'], App>) {
      const key = { appId: located.id, name: params.role_name };
      await deleteRole(
        deps,
        key,
        ({ id, name, permissions }) =>
          (transaction) =>
            audit.commit(transaction, { target: { type: 'role', id }, metadata: { name, permissions } }),
      );
    },
  };
}

const shown = ({ displayName, permissions }: Role) => ({ display_name: displayName, permissions });

function toWire(role: Role) {
  return {
    id: role.id,
    app_id: role.appId,
    name: role.name,
    display_name: role.displayName,
    permissions: [...role.permissions],
    created_at: role.createdAt.toISOString(),
    updated_at: role.updatedAt.toISOString(),
  };
}
