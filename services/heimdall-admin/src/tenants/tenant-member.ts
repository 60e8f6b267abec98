import type { DirectoryRecord } from '../directory/directory-record.ts';

/** A user of an app in one of its tenants. */
export interface TenantMember {
  readonly id: string;
  readonly appId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  /** Held in this tenant. `null`: the role was deleted. */
  readonly role: { readonly id: string; readonly name: string } | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the tokens service has to know of a membership. */
export function memberRecord(
  { id, appId, tenantId, userId, role, version }: TenantMember,
  removed = false,
): DirectoryRecord {
  const record = { kind: 'tenant-member' as const, id, app_id: appId, version };
  return removed
    ? { ...record, deleted: true, data: null }
    : {
        ...record,
        deleted: false,
        data: { tenant_id: tenantId, user_id: userId, role_ids: role ? [role.id] : [] },
      };
}
