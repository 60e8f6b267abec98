import type { heimdallAdminOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { assertActive, chosenName, type App } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { deleteTenant, updateTenant } from './change-tenant.ts';
import type { LocatedTenant } from './locate-tenant.ts';
import { newTenant, type Tenant } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

type Operations = typeof heimdallAdminOperations;
type TenantOperations = Pick<
  Operations,
  'createTenant' | 'listTenants' | 'getTenant' | 'updateTenant' | 'deleteTenant'
>;

export function tenantHandlers(deps: {
  tenants: TenantStore;
  directory: DirectoryDelivery;
}): Handlers<TenantOperations> {
  return {
    async createTenant({ located, body, audit }: Call<Operations['createTenant'], App>) {
      assertActive(located);
      const { name } = chosenName(body);
      const { display_name: displayName = name, metadata = {} } = body;
      const tenant = newTenant(located.id, { name, displayName, metadata }, new Date());
      const pending = await deps.tenants.create(tenant, (transaction) =>
        audit.commit(transaction, { target: { type: 'tenant', id: tenant.id }, metadata: { name } }),
      );
      await deps.directory.settle(pending, 'widening');
      return toWire(tenant);
    },
    async listTenants({ located, query }: Call<Operations['listTenants'], App>) {
      const { limit = 20, offset = 0, status, user_id: userId } = query;
      const { items, total } = await deps.tenants.list(located.id, { status, userId }, { limit, offset });
      return { items: items.map(toWire), total };
    },
    getTenant: async ({ located }: Call<Operations['getTenant'], LocatedTenant>) => toWire(standing(located)),
    async updateTenant({ located, body, audit }: Call<Operations['updateTenant'], LocatedTenant>) {
      assertActive(located.app);
      const { display_name: displayName, metadata, status } = body;
      const tenant = await updateTenant(
        deps,
        standing(located).id,
        { displayName, metadata, status },
        (before, after) => (transaction) =>
          audit.commit(transaction, {
            target: { type: 'tenant', id: after.id },
            metadata: { name: after.name },
            changes: { before: shown(before), after: shown(after) },
          }),
      );
      return toWire(tenant);
    },
    async deleteTenant({ located, audit }: Call<Operations['deleteTenant'], LocatedTenant>) {
      await deleteTenant(
        deps,
        located.tenant.id,
        ({ id, name }) =>
          (transaction) =>
            audit.commit(transaction, { target: { type: 'tenant', id }, metadata: { name } }),
      );
    },
  };
}

/** The tenant that was located. @throws Fault `not-found` for one that is deleted */
export function standing({ tenant }: LocatedTenant): Tenant {
  if (tenant.status === 'deleted') throw new Fault('not-found');
  return tenant;
}

const shown = ({ displayName, metadata, status }: Tenant) => ({
  display_name: displayName,
  metadata,
  status,
});

function toWire(tenant: Tenant) {
  if (tenant.status === 'deleted') throw new Fault('not-found');
  return {
    id: tenant.id,
    app_id: tenant.appId,
    name: tenant.name,
    display_name: tenant.displayName,
    status: tenant.status,
    metadata: { ...tenant.metadata },
    created_at: tenant.createdAt.toISOString(),
    updated_at: tenant.updatedAt.toISOString(),
  };
}
