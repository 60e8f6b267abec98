import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { recordChange } from '../directory/record-change.ts';
import { roleRecord, type Role } from './role.ts';
import type { RoleStore } from './role-store.ts';

export function createPrismaRoleStore(prisma: PrismaClient, queue: DirectoryQueue): RoleStore {
  return {
    async create(role, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await transaction.role.create({ data: { ...role, permissions: [...role.permissions] } });
          await commit(transaction);
          return recordChange(transaction, [roleRecord(role)]);
        });
      } catch (error) {
        if (!isUniqueViolation(error, 'role_app_id_name_key')) throw error;
        throw new Fault('conflict', {
          message: 'The app has a role of this name already',
          details: [{ field: 'name', reason: 'taken' }],
          cause: error,
        });
      }
    },
    find: (appId, name) => prisma.role.findUnique({ where: { appId_name: { appId, name } } }),
    async list(appId, { limit, offset }) {
      const [items, total] = await Promise.all([
        prisma.role.findMany({
          where: { appId },
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.role.count({ where: { appId } }),
      ]);
      return { items, total };
    },
    async change(appId, name, decide, commit) {
      return prisma.$transaction(async (transaction) => {
        const before = await locked(transaction, appId, name);
        if (!before) return null;
        const after: Role = { ...decide(before), version: before.version + 1, updatedAt: new Date() };
        const data = { ...after, permissions: [...after.permissions] };
        await transaction.role.update({ where: { id: before.id }, data });
        await commit(before, after)(transaction);
        return {
          before,
          after,
          changed: true,
          pending: await recordChange(transaction, [roleRecord(after)]),
        };
      });
    },
    async delete(appId, name, commit) {
      return prisma.$transaction(async (transaction) => {
        // Whoever assigns the role right now is waited for, or waits and finds it gone.
        const role = await locked(transaction, appId, name);
        if (!role) return null;
        await transaction.userRole.deleteMany({ where: { roleId: role.id } });
        // Members of tenants stay, without a role there; nobody is invited to it any more.
        await transaction.tenantMember.updateMany({ where: { roleId: role.id }, data: { roleId: null } });
        await transaction.invite.updateMany({
          where: { roleId: role.id, revokedAt: null },
          data: { revokedAt: new Date() },
        });
        await transaction.role.delete({ where: { id: role.id } });
        await commit(role)(transaction);
        const { id, version } = role;
        return recordChange(transaction, [
          { kind: 'role', id, app_id: appId, version: version + 1, deleted: true, data: null },
        ]);
      });
    },
    pendingDeletions: (appId) => queue.pendingDeletions('role', appId),
  };
}

async function locked(
  transaction: Prisma.TransactionClient,
  appId: string,
  name: string,
): Promise<Role | null> {
  await transaction.$queryRaw`SELECT 1 FROM role WHERE app_id = ${appId} AND name = ${name} FOR UPDATE`;
  return transaction.role.findUnique({ where: { appId_name: { appId, name } } });
}
