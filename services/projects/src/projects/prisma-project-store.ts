import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Project, ProjectKey, ProjectStore } from './project-store.ts';

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export function createPrismaProjectStore(prisma: PrismaClient): ProjectStore {
  return {
    create: (draft, commit) =>
      prisma.$transaction(async (transaction) => {
        const project = await transaction.project.create({ data: draft });
        await commit(transaction, null);
        return project;
      }),

    async list(workspaceId, { limit, offset }) {
      const where = { workspaceId };
      const [items, total] = await prisma.$transaction(
        [
          prisma.project.findMany({
            where,
            orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
            take: limit,
            skip: offset,
          }),
          prisma.project.count({ where }),
        ],
        { isolationLevel: 'RepeatableRead' },
      );
      return { items, total };
    },

    find: ({ id, workspaceId }) => prisma.project.findFirst({ where: { id, workspaceId } }),

    rename: (key, name, commit) =>
      prisma.$transaction(async (transaction) => {
        const before = await lock(transaction, key);
        if (!before) return null;
        const updatedAt = new Date(Math.max(Date.now(), before.updatedAt.getTime()));
        const project = await transaction.project.update({
          where: { id: key.id },
          data: { name, updatedAt },
        });
        await commit(transaction, before);
        return project;
      }),

    delete: (key, commit) =>
      prisma.$transaction(async (transaction) => {
        const before = await lock(transaction, key);
        if (!before) return false;
        await transaction.project.delete({ where: { id: key.id } });
        await commit(transaction, before);
        return true;
      }),
  };
}

/** Two changes of one project come after each other, and the second one sees what the first has left. */
async function lock(transaction: Transaction, { id, workspaceId }: ProjectKey): Promise<Project | null> {
  const [row] = await transaction.$queryRaw<Project[]>`
    SELECT id, workspace_id AS "workspaceId", name, created_by AS "createdBy", created_at AS "createdAt",
           updated_at AS "updatedAt"
    FROM project WHERE id = ${id} AND workspace_id = ${workspaceId} FOR UPDATE`;
  return row ?? null;
}
