import type { PrismaClient } from '../../generated/prisma/client.ts';

export interface DayOfUsage {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly calls: number;
  readonly refused: number;
}

export interface LastCall {
  readonly at: Date;
  readonly ip: string | null;
  readonly service: string | null;
}

/** How tokens were used, as the log has it. */
export interface UsageReader {
  /** Days with calls, the oldest first, from that day on. */
  days(patId: string, from: Date): Promise<DayOfUsage[]>;
  /** The newest call that was let in, however long ago. */
  lastCall(patId: string): Promise<LastCall | null>;
}

export function createPrismaUsageStore(prisma: PrismaClient): UsageReader {
  return {
    async days(patId, from) {
      const rows = await prisma.usageDay.findMany({
        where: { patId, day: { gte: from } },
        orderBy: { day: 'asc' },
      });
      return rows.map(({ day, calls, refused }) => ({
        day: day.toISOString().slice(0, 10),
        calls: Number(calls),
        refused: Number(refused),
      }));
    },
    async lastCall(patId) {
      const row = await prisma.usageDay.findFirst({
        where: { patId, lastAt: { not: null } },
        orderBy: { day: 'desc' },
      });
      return row?.lastAt ? { at: row.lastAt, ip: row.lastIp, service: row.lastService } : null;
    },
  };
}
