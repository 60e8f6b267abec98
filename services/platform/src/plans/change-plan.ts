import { Fault, type FaultDetail } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { countedLimits, type Plan, type PlanName } from '@pcft/plans';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PlanLimits } from './plan-limits.ts';
import type { PrismaPlanStore } from './prisma-plan-store.ts';

export interface PlanPorts {
  readonly plans: PrismaPlanStore;
  readonly planLimits: PlanLimits;
  readonly changes: ChangeCommitter;
}

/**
 * Changes the plan of a workspace. A lower one is refused while the workspace has more than it allows: nothing is ever
 * above its limit. With a lower plan the limits of its calls go down, in every service when this resolves.
 *
 * @throws Fault `not-found`, `conflict` with everything that is in the way
 */
export async function changePlan(
  ports: PlanPorts,
  workspaceId: string,
  name: PlanName,
  audit: CallAudit,
): Promise<void> {
  await ports.changes.commit(async (transaction) => {
    const before = await ports.plans.lock(transaction, workspaceId);
    if (before === null) throw new Fault('not-found');
    const plan = ports.planLimits.catalogue[name];
    const inTheWay = await findInTheWay(ports.plans, transaction, workspaceId, plan);
    if (before !== name && inTheWay.length > 0)
      throw new Fault('conflict', {
        message: `The workspace has more than the plan ${name} allows`,
        details: inTheWay,
      });
    await ports.plans.setPlan(transaction, workspaceId, name);
    await audit.commit(transaction, {
      target: { type: 'workspace', id: workspaceId },
      changes: { before: { plan: before }, after: { plan: name } },
    });
    return { result: undefined, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: true };
  });
}

async function findInTheWay(
  plans: PrismaPlanStore,
  transaction: Transaction,
  workspaceId: string,
  plan: Plan,
): Promise<FaultDetail[]> {
  const used = await plans.used(workspaceId, transaction);
  const limits = countedLimits
    .filter((limit) => used[limit] > plan.limits[limit])
    .map((limit) => ({
      field: 'plan',
      reason: `${limit}: ${plan.name} allows ${plan.limits[limit]}, and ${used[limit]} are there`,
    }));
  const customKeys = plan.features.includes('custom_keys')
    ? 0
    : await plans.customKeys(transaction, workspaceId);
  if (customKeys === 0) return limits;
  return [
    ...limits,
    { field: 'plan', reason: `custom_keys: ${plan.name} has none, and ${customKeys} are there` },
  ];
}
