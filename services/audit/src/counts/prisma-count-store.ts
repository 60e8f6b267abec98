import { actionCovers } from '@pcft/policy';
import type { PrismaClient } from '../../generated/prisma/client.ts';

export const countedBy = ['action', 'service', 'outcome', 'access'] as const;

export interface CountFilter {
  readonly action?: string;
  readonly service?: string;
  readonly outcome?: string;
}

export interface DayCount {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  /** An action, service, outcome or access level. */
  readonly name: string;
  readonly rows: number;
}

/** How many rows of a log there are by day. */
export interface CountStore {
  /** Both days included. In no order. */
  count(
    log: string,
    by: (typeof countedBy)[number],
    days: { readonly from: Date; readonly to: Date },
    filter: CountFilter,
  ): Promise<DayCount[]>;
}

export function createPrismaCountStore(prisma: PrismaClient): CountStore {
  return {
    async count(log, by, { from, to }, { action, service, outcome }) {
      const rows = await prisma.eventDay.groupBy({
        by: ['day', 'action', 'requiredAction', by],
        where: {
          log,
          day: { gte: from, lte: to },
          ...(service !== undefined && { service }),
          ...(outcome !== undefined && { outcome }),
        },
        _sum: { rows: true },
      });
      const sums = new Map<string, DayCount>();
      for (const row of rows) {
        if (
          action !== undefined &&
          ![row.action, row.requiredAction].some((one) => actionCovers(action, one))
        )
          continue;
        const day = row.day.toISOString().slice(0, 10);
        const name = row[by] === '' ? 'none' : row[by];
        const known = sums.get(`${day} ${name}`)?.rows ?? 0;
        sums.set(`${day} ${name}`, { day, name, rows: known + Number(row._sum.rows ?? 0n) });
      }
      return [...sums.values()];
    },
  };
}
