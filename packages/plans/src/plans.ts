/** From the smallest up. A workspace has exactly one; a new one is `free`. */
export const planNames = ['free', 'pro', 'business'] as const;
export type PlanName = (typeof planNames)[number];

/** What a workspace holds and is counted when one more is made. */
export const countedLimits = ['members', 'access_tokens', 'managed_policies', 'custom_roles'] as const;
export type CountedLimit = (typeof countedLimits)[number];

export const limitNames = [...countedLimits, 'audit_retention_days'] as const;
export type PlanLimit = (typeof limitNames)[number];

/** `custom_keys`: keys of the kind `custom` (seed 004). `custom_roles`: wherever a plan allows at least one. */
export const planFeatures = ['custom_keys', 'custom_roles'] as const;
export type PlanFeature = (typeof planFeatures)[number];

/** Rate classes that are counted by credential, and so can differ from plan to plan. */
export type PlanRate = 'platform' | 'admin' | 'token' | 'authorize';

export interface Plan {
  readonly name: PlanName;
  readonly displayName: string;
  readonly limits: Readonly<Record<PlanLimit, number>>;
  readonly features: readonly PlanFeature[];
  /** Times the documents' figures, which are those of `free`. */
  readonly rates: Readonly<Record<PlanRate, number>>;
}

export type PlanCatalogue = Readonly<Record<PlanName, Plan>>;

/** The one table. Configuration may change limits (`planCatalogue`), nothing else. */
export const plans: PlanCatalogue = {
  free: {
    name: 'free',
    displayName: 'Free',
    limits: {
      members: 10,
      access_tokens: 100,
      managed_policies: 20,
      custom_roles: 0,
      audit_retention_days: 30,
    },
    features: [],
    rates: { platform: 1, admin: 1, token: 1, authorize: 1 },
  },
  pro: {
    name: 'pro',
    displayName: 'Pro',
    limits: {
      members: 100,
      access_tokens: 1000,
      managed_policies: 200,
      custom_roles: 20,
      audit_retention_days: 365,
    },
    features: ['custom_roles'],
    rates: { platform: 5, admin: 5, token: 5, authorize: 5 },
  },
  business: {
    name: 'business',
    displayName: 'Business',
    limits: {
      members: 5000,
      access_tokens: 20_000,
      managed_policies: 2000,
      custom_roles: 200,
      audit_retention_days: 2555,
    },
    features: ['custom_keys', 'custom_roles'],
    rates: { platform: 20, admin: 20, token: 20, authorize: 20 },
  },
};

/** The plan of that name; of one that this process does not know yet, the smallest. */
export function planNamed(name: unknown): PlanName {
  return planNames.find((known) => known === name) ?? 'free';
}

/** How many times the documents' figure a plan may call operations of a rate class; 1 where nothing is said. */
export function rateMultiplier(plan: PlanName, rateClass: string): number {
  const { rates } = plans[plan];
  return Object.hasOwn(rates, rateClass) ? rates[rateClass as PlanRate] : 1;
}
