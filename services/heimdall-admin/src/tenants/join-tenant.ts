import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Prisma } from '../../generated/prisma/client.ts';
import { assertTenantActive, type Tenant } from './tenant.ts';
import type { TenantMember } from './tenant-member.ts';

type Transaction = Prisma.TransactionClient;

/*
 * Whoever changes several of these locks them in this order, so that nobody waits in a circle:
 * role, tenant, invite, user, membership.
 */

/** A role of the app, which stays while the transaction lasts; `null`: there is none. */
export async function holdRole(
  transaction: Transaction,
  role: { readonly appId: string; readonly name: string } | { readonly appId: string; readonly id: string },
): Promise<{ id: string; name: string } | null> {
  const rows =
    'id' in role
      ? await transaction.$queryRaw<{ id: string; name: string }[]>`
          SELECT id, name FROM role WHERE app_id = ${role.appId} AND id = ${role.id} FOR KEY SHARE`
      : await transaction.$queryRaw<{ id: string; name: string }[]>`
          SELECT id, name FROM role WHERE app_id = ${role.appId} AND name = ${role.name} FOR KEY SHARE`;
  return rows[0] ?? null;
}

/**
 * Keeps a tenant as it is while the transaction lasts.
 *
 * @throws Fault `not-found` when it is gone, `conflict` when it is archived
 */
export async function holdTenant(
  transaction: Transaction,
  { id, appId }: Pick<Tenant, 'id' | 'appId'>,
): Promise<void> {
  const [tenant] = await transaction.$queryRaw<{ status: Tenant['status'] }[]>`
    SELECT status FROM tenant WHERE id = ${id} AND app_id = ${appId} FOR SHARE`;
  if (!tenant || tenant.status === 'deleted') throw new Fault('not-found');
  assertTenantActive(tenant);
}

/** Makes a user a member; who was one before gets the same row again. `null`: is a member already. */
export async function joinTenant(
  transaction: Transaction,
  member: {
    readonly tenantId: string;
    readonly appId: string;
    readonly userId: string;
    readonly roleId: string;
  },
): Promise<TenantMember | null> {
  const { tenantId, appId, userId, roleId } = member;
  const joined = await transaction.$executeRaw`
    INSERT INTO tenant_member AS held (id, app_id, tenant_id, user_id, role_id, created_at, updated_at)
    VALUES (${createId('tmb_')}, ${appId}, ${tenantId}, ${userId}, ${roleId}, now(), now())
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET role_id = EXCLUDED.role_id, version = held.version + 1,
      created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at, removed_at = NULL
    WHERE held.removed_at IS NOT NULL`;
  return joined === 0 ? null : readMember(transaction, { tenantId, userId });
}

const relations = { role: true, user: true } as const;

/** A membership that has not ended. */
export async function readMember(
  statements: Pick<Transaction, 'tenantMember'>,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
): Promise<TenantMember | null> {
  const where = { tenantId, userId, removedAt: null };
  const row = await statements.tenantMember.findFirst({ where, include: relations });
  return row && toMember(row);
}

export async function readMembers(
  statements: Pick<Transaction, 'tenantMember'>,
  tenantId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<TenantMember[]> {
  const rows = await statements.tenantMember.findMany({
    where: { tenantId, removedAt: null },
    include: relations,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: limit,
    skip: offset,
  });
  return rows.map(toMember);
}

type MemberRow = Prisma.TenantMemberGetPayload<{ include: { role: true; user: true } }>;

function toMember({ role, user, roleId: _, removedAt: __, ...row }: MemberRow): TenantMember {
  const { email, displayName } = user;
  return { ...row, email, displayName, role: role && { id: role.id, name: role.name } };
}
