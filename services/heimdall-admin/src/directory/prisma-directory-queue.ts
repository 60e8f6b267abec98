import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from './directory-queue.ts';
import type { DirectoryRecord, PendingRecord } from './directory-record.ts';

export function createPrismaDirectoryQueue(prisma: PrismaClient): DirectoryQueue {
  async function pending(where: Prisma.DirectoryChangeWhereInput): Promise<PendingRecord[]> {
    const rows = await prisma.directoryChange.findMany({ where, orderBy: { seq: 'asc' } });
    return rows.map(({ seq, kind, id, appId, version, deleted, data }) => ({
      seq,
      // Written by recordChange from the same type.
      record: { kind, id, app_id: appId, version, deleted, data } as DirectoryRecord,
    }));
  }

  return {
    pendingOf: (kind, id) => pending({ kind, id }),
    pendingDeletions: (kind, appId) => pending({ kind, appId, deleted: true }),
    async confirm(seqs) {
      await prisma.directoryChange.deleteMany({ where: { seq: { in: [...seqs] } } });
    },
    count: () => prisma.directoryChange.count(),
  };
}
