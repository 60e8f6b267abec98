import type { AuditEvent } from '@pcft/events';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditRow } from '../audit-log/audit-row.ts';

/** A log from row to row. */
export interface RowsInOrder {
  /** The next rows behind `seq`. A row that can be seen has all rows before it: a chain grows in order of commit. */
  after(log: string, seq: bigint, limit: number): Promise<readonly AuditRow[]>;
  /** 0 while the log is empty. */
  lastSeq(log: string): Promise<bigint>;
}

export function createPrismaRowsInOrder(prisma: PrismaClient): RowsInOrder {
  return {
    async after(log, seq, limit) {
      const rows = await prisma.auditEvent.findMany({
        where: { log, seq: { gt: seq } },
        select: {
          ...{ id: true, log: true, seq: true, hash: true, source: true },
          ...{ occurredAt: true, readable: true, body: true },
        },
        orderBy: { seq: 'asc' },
        take: limit,
      });
      return rows.map(({ readable, body, ...row }) => ({
        ...row,
        event: readable ? (JSON.parse(Buffer.from(body).toString()) as AuditEvent) : null,
      }));
    },
    async lastSeq(log) {
      const head = await prisma.chainHead.findUnique({ where: { log }, select: { seq: true } });
      return head?.seq ?? 0n;
    },
  };
}
