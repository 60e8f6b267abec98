import type { PrismaClient } from '../../generated/prisma/client.ts';

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
}

export function createPrismaChainRows(prisma: PrismaClient): ChainRows {
  return {
    find: (log, id) =>
      prisma.auditEvent.findFirst({
        where: { log, id },
        select: { seq: true, id: true, source: true, hash: true, body: true },
      }),
    async hashes(log, from, to) {
      const rows = await prisma.auditEvent.findMany({
        where: { log, seq: { gte: from, lte: to } },
        select: { hash: true },
        orderBy: { seq: 'asc' },
      });
      return rows.map(({ hash }) => hash);
    },
  };
}
