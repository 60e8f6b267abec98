import type { AppKey as AppKeyRow, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { appKeyRecord, type AppKey } from './app-key.ts';
import type { AppKeyStore } from './app-key-store.ts';

export function createPrismaAppKeyStore(prisma: PrismaClient, queue: DirectoryQueue): AppKeyStore {
  return {
    create: (key, digest, commit) =>
      prisma.$transaction(async (transaction) => {
        await transaction.appKey.create({ data: { ...key, permissions: [...key.permissions], digest } });
        await commit(transaction);
        return recordChange(transaction, [appKeyRecord(key, digest)]);
      }),
    async revoke(appId, id, now, commit) {
      const revoked = await prisma.$transaction(async (transaction) => {
        // One statement decides which of two simultaneous revocations is the change.
        const [row] = await transaction.appKey.updateManyAndReturn({
          where: { id, appId, revokedAt: null },
          data: { revokedAt: now, version: { increment: 1 } },
        });
        if (!row) return null;
        await commit(transaction);
        return recordChange(transaction, [appKeyRecord(row, row.digest)]);
      });
      if (revoked) return { changed: true, pending: revoked };
      const known = await prisma.appKey.findFirst({ where: { id, appId }, select: { id: true } });
      return known && { changed: false, pending: await queue.pendingOf('app-key', id) };
    },
    async list(appId, { limit, offset }) {
      const where = { appId, revokedAt: null };
      const [rows, total] = await Promise.all([
        prisma.appKey.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.appKey.count({ where }),
      ]);
      return { items: rows.map(toAppKey), total };
    },
  };
}

function toAppKey({ digest: _, ...row }: AppKeyRow): AppKey {
  return row;
}
