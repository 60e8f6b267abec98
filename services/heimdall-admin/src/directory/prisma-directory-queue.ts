import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from './directory-queue.ts';
import type { DirectoryRecord } from './directory-record.ts';

export function createPrismaDirectoryQueue(prisma: PrismaClient): DirectoryQueue {
  return {
    async pendingOf(kind, id) {
      const rows = await prisma.directoryChange.findMany({ where: { kind, id }, orderBy: { seq: 'asc' } });
      return rows.map(({ seq, appId, version, deleted, data }) => ({
        seq,
        // Written by recordChange from the same type.
        record: { kind, id, app_id: appId, version, deleted, data } as DirectoryRecord,
      }));
    },
    async confirm(seqs) {
      await prisma.directoryChange.deleteMany({ where: { seq: { in: [...seqs] } } });
    },
    count: () => prisma.directoryChange.count(),
  };
}
