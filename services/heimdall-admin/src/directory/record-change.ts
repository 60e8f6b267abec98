import { Prisma } from '../../generated/prisma/client.ts';
import type { DirectoryRecord, PendingRecord } from './directory-record.ts';

/**
 * Queues records for the tokens service inside the transaction of the change they describe: both are committed or
 * neither is. What is returned is to be delivered once the transaction has been committed.
 */
export async function recordChange(
  transaction: Prisma.TransactionClient,
  records: readonly DirectoryRecord[],
): Promise<PendingRecord[]> {
  const pending: PendingRecord[] = [];
  for (const record of records) {
    const { kind, id, app_id: appId, version, deleted, data } = record;
    const { seq } = await transaction.directoryChange.create({
      data: { kind, id, appId, version, deleted, data: data ?? Prisma.DbNull },
      select: { seq: true },
    });
    pending.push({ seq, record });
  }
  return pending;
}
