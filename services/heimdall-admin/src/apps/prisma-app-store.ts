import { isUniqueViolation } from '@pcft/database';
import type { App as AppRow, Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { roleRecord } from '../roles/role.ts';
import { appRecord, type App } from './app.ts';
import type { AppStore } from './app-store.ts';

export function createPrismaAppStore(prisma: PrismaClient, queue: DirectoryQueue): AppStore {
  return {
    async create(app, firstRole, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          await transaction.app.create({
            data: toRow(app),
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
    async change(id, decide, commit) {
      const done = await prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT 1 FROM app WHERE id = ${id} FOR UPDATE`;
        const row = await transaction.app.findUnique({ where: { id } });
        if (!row) return null;
        const before = toApp(row);
        const decided = decide(before);
        if (decided === before) return { before, after: before, changed: false, pending: [] };
        const after: App = { ...decided, version: before.version + 1, updatedAt: new Date() };
        await transaction.app.update({ where: { id }, data: toRow(after) });
        await commit(before, after)(transaction);
        return { before, after, changed: true, pending: await recordChange(transaction, [appRecord(after)]) };
      });
      return done && !done.changed ? { ...done, pending: await queue.pendingOf('app', id) } : done;
    },
    async list(workspaceIds, { status }, { limit, offset }) {
      const where = { workspaceId: { in: [...workspaceIds] }, ...(status && { status }) };
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

function toRow(app: App) {
  return {
    ...app,
    metadata: app.metadata as Prisma.InputJsonObject,
    settings: app.settings as Prisma.InputJsonObject,
  };
}

export function toApp(row: AppRow): App {
  // The table's check constraint and this service's writes vouch for all three.
  return {
    ...row,
    status: row.status as App['status'],
    metadata: row.metadata as App['metadata'],
    settings: row.settings as App['settings'],
  };
}
