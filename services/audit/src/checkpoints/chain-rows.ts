import type { PrismaClient } from '../../generated/prisma/client.ts';
import { firstSegmentOf } from '../segments/segment.ts';

/** A row as it was chained. */
export interface ChainRow {
  readonly seq: bigint;
  readonly id: string;
  readonly source: string;
  readonly hash: Uint8Array;
  readonly body: Uint8Array;
}

/** The chain itself, without the columns that rows are found by. */
export interface ChainRows {
  find(log: string, id: string): Promise<ChainRow | null>;
  /** In order; both ends included. */
  hashes(log: string, from: bigint, to: bigint): Promise<readonly Uint8Array[]>;
  /** In order, from one row on, to another at most. */
  page(log: string, from: bigint, to: bigint, limit: number): Promise<readonly ChainRow[]>;
  /** The first row that is kept: 1, until retention has removed what was before it. */
  firstSeq(log: string): Promise<bigint>;
  /** 0 while the log is empty. */
  lastSeq(log: string): Promise<bigint>;
}

const chained = { seq: true, id: true, source: true, hash: true, body: true } as const;

export function createPrismaChainRows(prisma: PrismaClient): ChainRows {
  return {
    async find(log, id) {
      const [row, head] = await Promise.all([
        prisma.auditEvent.findFirst({
          where: { log, id, segment: { gte: firstSegmentOf(id) } },
          select: chained,
        }),
        prisma.chainHead.findUnique({ where: { log }, select: { firstSeq: true } }),
      ]);
      // A retired row is gone, though it may take a while to be removed.
      return row && head && row.seq >= head.firstSeq ? row : null;
    },
    async hashes(log, from, to) {
      const rows = await prisma.auditEvent.findMany({
        where: { log, seq: { gte: from, lte: to } },
        select: { hash: true },
        orderBy: { seq: 'asc' },
      });
      return rows.map(({ hash }) => hash);
    },
    page: (log, from, to, limit) =>
      prisma.auditEvent.findMany({
        where: { log, seq: { gte: from, lte: to } },
        select: chained,
        orderBy: { seq: 'asc' },
        take: limit,
      }),
    async firstSeq(log) {
      const head = await prisma.chainHead.findUnique({ where: { log }, select: { firstSeq: true } });
      return head?.firstSeq ?? 1n;
    },
    async lastSeq(log) {
      const head = await prisma.chainHead.findUnique({ where: { log }, select: { seq: true } });
      return head?.seq ?? 0n;
    },
  };
}
