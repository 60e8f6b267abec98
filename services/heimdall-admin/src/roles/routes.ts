import type { heimdallAdminOperations } from '@pcft/contracts';
import type { Call, Handlers } from '@pcft/http';
import type { App } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { createRole } from './create-role.ts';
import type { Role } from './role.ts';
import type { RoleStore } from './role-store.ts';

type RoleOperations = Pick<typeof heimdallAdminOperations, 'createRole'>;

export function roleHandlers(deps: {
  roles: RoleStore;
  directory: DirectoryDelivery;
}): Handlers<RoleOperations> {
  return {
    async createRole({ located, body, audit }: Call<RoleOperations['createRole'], App>) {
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
  };
}

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
