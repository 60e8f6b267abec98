import { Fault } from '@pcft/errors';
import type { Changed, CommitChange } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { mergeMetadata, type Metadata } from '../metadata.ts';
import type { Tenant } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

interface ChangeTenantDeps {
  readonly tenants: TenantStore;
  readonly directory: DirectoryDelivery;
}

export interface TenantEdit {
  readonly displayName?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly status?: 'active' | 'archived' | undefined;
}

/**
 * Changes a tenant. Narrowing when it is archived: from then on nothing speaks for it.
 *
 * @throws Fault `not-found`, `unavailable` when tokens has not confirmed its end
 */
export async function updateTenant(
  { tenants, directory }: ChangeTenantDeps,
  id: string,
  { displayName, metadata, status }: TenantEdit,
  commit: CommitChange<Tenant>,
): Promise<Tenant> {
  const decide = (tenant: Tenant): Tenant => {
    if (tenant.status === 'deleted') throw new Fault('not-found');
    return {
      ...tenant,
      ...(displayName !== undefined && { displayName }),
      ...(metadata && { metadata: mergeMetadata(tenant.metadata, metadata) }),
      ...(status && { status }),
    };
  };
  const done = await tenants.change(id, decide, commit);
  if (!done) throw new Fault('not-found');
  await directory.settle(done.pending, status === 'archived' ? 'narrowing' : 'widening');
  return done.after;
}

/**
 * Deletes a tenant with its memberships; its users stay. Narrowing.
 *
 * @throws Fault `not-found`, `unavailable` when tokens has not confirmed it, or an earlier deletion
 */
export async function deleteTenant(
  { tenants, directory }: ChangeTenantDeps,
  id: string,
  commit: CommitChange<Tenant>,
): Promise<Changed<Tenant>> {
  const decide = (tenant: Tenant): Tenant =>
    tenant.status === 'deleted' ? tenant : { ...tenant, status: 'deleted', metadata: {} };
  const done = await tenants.change(id, decide, commit);
  if (!done) throw new Fault('not-found');
  // It is not said to be gone before it is gone everywhere.
  await directory.settle(done.pending, 'narrowing');
  if (!done.changed) throw new Fault('not-found');
  return done;
}
