import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaPlanStore } from './prisma-plan-store.ts';

/** The log's keeper has to know for how long rows are promised; no other service has a question to ask. */
const keeperOfTheLog = 'audit';

export function internalPlanHandlers({
  plans,
}: {
  readonly plans: PrismaPlanStore;
}): Handlers<Pick<typeof operations, 'readWorkspacePlans'>> {
  return {
    async readWorkspacePlans({ callingService, query }) {
      if (callingService !== keeperOfTheLog) throw new Fault('policy-denied');
      return { plans: await plans.plansOf(query.ids.split(',')) };
    },
  };
}
