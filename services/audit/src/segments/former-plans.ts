import type { AuditEvent } from '@pcft/events';
import type { PrismaClient } from '../../generated/prisma/client.ts';

/** Plans that workspaces had not long ago, by their own logs. */
export interface FormerPlans {
  /** Every plan that was left for another since then, by workspace. */
  leftSince(logs: readonly string[], since: Date): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** The event of platform's `updateWorkspacePlan`. */
const planChanged = 'workspace.plan-changed';

export function createPrismaFormerPlans(prisma: PrismaClient): FormerPlans {
  return {
    async leftSince(logs, since) {
      const rows = await prisma.auditEvent.findMany({
        where: { log: { in: [...logs] }, action: planChanged, occurredAt: { gte: since }, readable: true },
        select: { log: true, body: true },
      });
      const left = rows.flatMap(({ log, body }) => {
        const { service, changes } = JSON.parse(Buffer.from(body).toString()) as AuditEvent;
        const plan: unknown = changes?.before?.['plan'];
        return service === 'platform' && typeof plan === 'string' ? [{ log, plan }] : [];
      });
      return new Map(
        [...Map.groupBy(left, ({ log }) => log)].map(([log, each]) => [log, each.map(({ plan }) => plan)]),
      );
    },
  };
}
