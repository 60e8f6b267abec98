import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { planNames, type Plan } from '@pcft/plans';
import { accessOf } from '../workspaces/routes.ts';
import { billingPeriod } from './billing-period.ts';
import { changePlan, type PlanPorts } from './change-plan.ts';

type PlanOperations = Pick<typeof operations, 'listPlans' | 'getWorkspacePlan' | 'updateWorkspacePlan'>;

export function planHandlers(ports: PlanPorts): Handlers<PlanOperations> {
  const { plans, planLimits } = ports;

  async function workspacePlan(id: string): Promise<SuccessOf<PlanOperations['getWorkspacePlan']>> {
    const name = await plans.planOf(id);
    if (name === null) throw new Fault('not-found');
    const { from, to } = billingPeriod(new Date());
    return {
      ...toWire(planLimits.catalogue[name]),
      used: { ...(await plans.used(id)) },
      billing_period: { from: from.toISOString(), to: to.toISOString() },
    };
  }

  return {
    async listPlans({ query: { limit = 20, offset = 0 } }) {
      const all = planNames.map((name) => toWire(planLimits.catalogue[name]));
      return { items: all.slice(offset, offset + limit), total: all.length };
    },

    async getWorkspacePlan(call) {
      return workspacePlan(accessOf(call).id);
    },

    async updateWorkspacePlan(call) {
      const { id } = accessOf(call);
      await changePlan(ports, id, call.body.plan, call.audit);
      return workspacePlan(id);
    },
  };
}

function toWire({
  name,
  displayName,
  limits,
  features,
  rates,
}: Plan): SuccessOf<PlanOperations['listPlans']> {
  return {
    id: name,
    display_name: displayName,
    limits: { ...limits },
    features: [...features],
    rates: { ...rates },
  };
}
