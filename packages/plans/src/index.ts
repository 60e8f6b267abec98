/** Plans of workspaces as data: limits, features, rates. No database, no network. */
export {
  countedLimits,
  limitNames,
  planFeatures,
  planNames,
  planNamed,
  plans,
  rateMultiplier,
  type CountedLimit,
  type Plan,
  type PlanCatalogue,
  type PlanFeature,
  type PlanLimit,
  type PlanName,
  type PlanRate,
} from './plans.ts';
export { planCatalogue, planLimitsPattern } from './plan-catalogue.ts';
