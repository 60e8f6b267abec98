import {
  limitNames,
  planNames,
  plans,
  type Plan,
  type PlanCatalogue,
  type PlanLimit,
  type PlanName,
} from './plans.ts';

const entry = `(${planNames.join('|')})\\.(${limitNames.join('|')})=(0|[1-9][0-9]{0,8})`;

/** What `PLAN_LIMITS` has to look like: `free.members=5,pro.access_tokens=2000`. */
export const planLimitsPattern = `^(${entry}(,${entry})*)?$`;

/**
 * The plans with the limits that configuration changes. Whether a plan has custom roles follows from its limit.
 *
 * @param settings of the form `planLimitsPattern`; a later entry wins
 * @throws TypeError for anything else
 */
export function planCatalogue(settings = ''): PlanCatalogue {
  if (!new RegExp(planLimitsPattern).test(settings))
    throw new TypeError('PLAN_LIMITS has to be plan.limit=number, comma separated');
  const changed: [PlanName, PlanLimit, number][] = settings
    .split(',')
    .filter((text) => text !== '')
    .map((text) => {
      const [, plan, limit, figure] = new RegExp(`^${entry}$`).exec(text) ?? [];
      return [plan as PlanName, limit as PlanLimit, Number(figure)];
    });
  const withChanges = (plan: Plan): Plan => {
    const own = changed.filter(([name]) => name === plan.name).map(([, limit, figure]) => [limit, figure]);
    const limits = { ...plan.limits, ...(Object.fromEntries(own) as Partial<Plan['limits']>) };
    const others = plan.features.filter((feature) => feature !== 'custom_roles');
    return { ...plan, limits, features: limits.custom_roles > 0 ? [...others, 'custom_roles'] : others };
  };
  return {
    free: withChanges(plans.free),
    pro: withChanges(plans.pro),
    business: withChanges(plans.business),
  };
}
