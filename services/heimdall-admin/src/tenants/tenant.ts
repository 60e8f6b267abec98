import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { DirectoryRecord } from '../directory/directory-record.ts';
import { boundedMetadata, type Metadata } from '../metadata.ts';

/** A customer organization inside an app. */
export interface Tenant {
  readonly id: string;
  readonly appId: string;
  /** Unique among the tenants of the app that are not deleted. */
  readonly name: string;
  readonly displayName: string;
  /** `deleted`: a row without content, kept so that its end can be brought over. */
  readonly status: 'active' | 'archived' | 'deleted';
  readonly metadata: Metadata;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function newTenant(
  appId: string,
  input: Pick<Tenant, 'name' | 'displayName' | 'metadata'>,
  now: Date,
): Tenant {
  const metadata = boundedMetadata(input.metadata);
  const id = createId('ten_');
  return { id, appId, ...input, metadata, status: 'active', version: 1, createdAt: now, updatedAt: now };
}

/** Whoever is to come into a tenant asks this first. @throws Fault `conflict` for an archived tenant */
export function assertTenantActive({ status }: Pick<Tenant, 'status'>): void {
  if (status === 'active') return;
  throw new Fault('conflict', {
    message: 'The tenant is archived; restore it first',
    details: [{ field: 'tenant', reason: 'archived' }],
  });
}

/** What the tokens service has to know of a tenant. */
export function tenantRecord({ id, appId, name, displayName, status, version }: Tenant): DirectoryRecord {
  const record = { kind: 'tenant' as const, id, app_id: appId, version };
  return status === 'deleted'
    ? { ...record, deleted: true, data: null }
    : { ...record, deleted: false, data: { name, display_name: displayName, status } };
}
