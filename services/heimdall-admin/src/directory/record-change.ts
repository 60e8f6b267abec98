import { Prisma } from '../../generated/prisma/client.ts';
import type { DirectoryRecord, PendingRecord } from './directory-record.ts';

/**
 * Queues records for the tokens service inside the transaction of the change they describe: both are committed or
 * neither is. What is returned is to be delivered once the transaction has been committed. Of one thing there is one record at most.
 */
export async function recordChange(
  transaction: Prisma.TransactionClient,
  records: readonly DirectoryRecord[],
): Promise<PendingRecord[]> {
  const rows = await transaction.directoryChange.createManyAndReturn({
    data: records.map(({ kind, id, app_id: appId, version, deleted, data }) => ({
      kind,
      id,
      appId,
      version,
      deleted,
      // Made of what this service validated or made itself.
      data: data === null ? Prisma.DbNull : (data as Prisma.InputJsonObject),
    })),
    select: { seq: true, kind: true, id: true },
  });
  const seqs = new Map(rows.map(({ seq, kind, id }) => [`${kind} ${id}`, seq]));
  return records.map((record) => {
    const seq = seqs.get(`${record.kind} ${record.id}`);
    if (seq === undefined) throw new Error('a directory record was not queued');
    return { seq, record };
  });
}
