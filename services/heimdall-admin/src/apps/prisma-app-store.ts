import { isUniqueViolation } from '@pcft/database';
import type { App as AppRow, Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { recordChange } from '../directory/record-change.ts';
import { roleRecord } from '../roles/role.ts';
import { appRecord, type App } from './app.ts';
import type { AppStore } from './app-store.ts';

export function createPrismaAppStore(prisma: PrismaClient): AppStore {
  return {
    async create(app, firstRole, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await transaction.app.create({
            data: { ...app, metadata: app.metadata as Prisma.InputJsonObject },
          });
          await transaction.role.create({ data: { ...firstRole, permissions: [...firstRole.permissions] } });
          await commit(transaction);
          return recordChange(transaction, [appRecord(app), roleRecord(firstRole)]);
        });
      } catch (error) {
        if (isUniqueViolation(error, 'app_name_key')) return null;
        throw error;
      }
    },
    async find(reference) {
      // No reference is both: a name holds no underscore, and an id always does.
      const where = reference.includes('_') ? { id: reference } : { name: reference };
      const row = await prisma.app.findUnique({ where });
      return row && toApp(row);
    },
    async list(workspaceIds, { limit, offset }) {
      const where = { workspaceId: { in: [...workspaceIds] } };
      const [rows, total] = await Promise.all([
        prisma.app.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.app.count({ where }),
      ]);
      return { items: rows.map(toApp), total };
    },
  };
}

function toApp(row: AppRow): App {
  // The table's check constraint and this service's writes vouch for both.
  return { ...row, status: row.status as App['status'], metadata: row.metadata as App['metadata'] };
}
