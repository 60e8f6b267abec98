import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { Prisma, PrismaClient, Tenant as TenantRow } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { tenantRecord, type Tenant } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

export function createPrismaTenantStore(prisma: PrismaClient, queue: DirectoryQueue): TenantStore {
  return {
    async create(tenant, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await transaction.tenant.create({ data: toRow(tenant) });
          await commit(transaction);
          return recordChange(transaction, [tenantRecord(tenant)]);
        });
      } catch (error) {
        if (!isUniqueViolation(error, 'tenant_app_id_name_key')) throw error;
        throw new Fault('conflict', {
          message: 'The app has a tenant of this name already',
          details: [{ field: 'name', reason: 'taken' }],
          cause: error,
        });
      }
    },
    async find(appId, reference) {
      // No reference is both: a name holds no underscore, and an id always does.
      const where = { appId, ...(reference.includes('_') ? { id: reference } : { name: reference }) };
      const rows = await prisma.tenant.findMany({ where, orderBy: { updatedAt: 'desc' }, take: 100 });
      const row = rows.find(({ status }) => status !== 'deleted') ?? rows[0];
      return row ? toTenant(row) : null;
    },
    async list(appId, { status, userId }, { limit, offset }) {
      const where: Prisma.TenantWhereInput = {
        appId,
        status: status ?? { not: 'deleted' },
        ...(userId !== undefined && { members: { some: { userId, removedAt: null } } }),
      };
      const [rows, total] = await Promise.all([
        prisma.tenant.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.tenant.count({ where }),
      ]);
      return { items: rows.map(toTenant), total };
    },
    async change(id, decide, commit) {
      const done = await prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT 1 FROM tenant WHERE id = ${id} FOR UPDATE`;
        const row = await transaction.tenant.findUnique({ where: { id } });
        if (!row) return null;
        const before = toTenant(row);
        const decided = decide(before);
        if (decided === before) return { before, after: before, changed: false, pending: [] };
        const after: Tenant = { ...decided, version: before.version + 1, updatedAt: new Date() };
        await transaction.tenant.update({ where: { id }, data: toRow(after) });
        if (after.status === 'deleted') await forget(transaction, after);
        await commit(before, after)(transaction);
        const pending = await recordChange(transaction, [tenantRecord(after)]);
        return { before, after, changed: true, pending };
      });
      return done && !done.changed ? { ...done, pending: await queue.pendingOf('tenant', id) } : done;
    },
  };
}

/** The memberships need no records of their own: without their tenant they are worth nothing. */
async function forget(transaction: Prisma.TransactionClient, { id, updatedAt }: Tenant): Promise<void> {
  await transaction.invite.updateMany({
    where: { tenantId: id, revokedAt: null },
    data: { revokedAt: updatedAt },
  });
  await transaction.tenantMember.deleteMany({ where: { tenantId: id } });
}

function toRow(tenant: Tenant) {
  return { ...tenant, metadata: tenant.metadata as Prisma.InputJsonObject };
}

function toTenant(row: TenantRow): Tenant {
  // The table's check constraint and this service's writes vouch for both.
  return { ...row, status: row.status as Tenant['status'], metadata: row.metadata as Tenant['metadata'] };
}
