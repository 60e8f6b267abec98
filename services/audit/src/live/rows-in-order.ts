import type { AuditEvent } from '@pcft/events';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditRow } from '../audit-log/audit-row.ts';

/** A log from row to row. */
export interface RowsInOrder {
  /**
   * The next rows behind `seq`. A row that can be seen has all rows before it: a chain grows in order of commit. Rows that
   * retention has retired are none any more, though it takes a while to remove them.
   */
  after(log: string, seq: bigint, limit: number): Promise<readonly AuditRow[]>;
  /** 0 while the log is empty. */
  lastSeq(log: string): Promise<bigint>;
}

type Row = Omit<AuditRow, 'event'> & { readonly readable: boolean; readonly body: Uint8Array };

export function createPrismaRowsInOrder(prisma: PrismaClient): RowsInOrder {
  return {
    async after(log, seq, limit) {
      // One statement, and so one moment: what was retired in between cannot slip through.
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT id, log, seq, hash, source, occurred_at AS "occurredAt", readable, body
        FROM audit_event
        WHERE log = ${log} AND seq > ${seq}
          AND seq >= (SELECT first_seq FROM chain_head WHERE log = ${log})
          AND segment >= (SELECT first_segment FROM chain_head WHERE log = ${log})
        ORDER BY seq LIMIT ${limit}`;
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
