import { Fault } from '@pcft/errors';
import {
  planNames,
  type CountedLimit,
  type PlanCatalogue,
  type PlanFeature,
  type PlanName,
} from '@pcft/plans';
import type { Transaction } from '../database.ts';
import type { PrismaPlanStore } from './prisma-plan-store.ts';

/**
 * What plans allow, asked where things are made: inside their transaction, which holds the workspace's row from the
 * count to the commit, so that two that want the last place do not both get it. Take this lock before any other.
 */
export class PlanLimits {
  readonly catalogue: PlanCatalogue;
  readonly #store: PrismaPlanStore;

  constructor(catalogue: PlanCatalogue, store: PrismaPlanStore) {
    this.catalogue = catalogue;
    this.#store = store;
  }

  /**
   * One more of these fits into the workspace.
   *
   * @throws Fault `plan-limit-reached` with limit and figure, `not-found` when the workspace is closed
   */
  async assertRoom(transaction: Transaction, workspaceId: string, limit: CountedLimit): Promise<void> {
    const plan = await this.#store.lock(transaction, workspaceId);
    if (plan === null) throw new Fault('not-found');
    const used = await this.#store.count(workspaceId, limit, transaction);
    this.#assertBelow(plan, limit, used);
  }

  /**
   * One more account-wide token fits. They belong to no workspace, so the greatest plan counts that the account has part
   * in: otherwise nobody would need more tokens than those of the account.
   *
   * @throws Fault `plan-limit-reached`
   */
  async assertRoomForAccount(transaction: Transaction, accountId: string): Promise<void> {
    const plan = await this.#store.lockAccount(transaction, accountId);
    this.#assertBelow(plan, 'access_tokens', await this.#store.accountWideTokens(transaction, accountId));
  }

  /** @throws Fault `plan-feature-missing`, naming the plans that have it; `not-found` when the workspace is closed */
  async assertFeature(transaction: Transaction, workspaceId: string, feature: PlanFeature): Promise<void> {
    const plan = await this.#store.lock(transaction, workspaceId);
    if (plan === null) throw new Fault('not-found');
    if (this.catalogue[plan].features.includes(feature)) return;
    const having = planNames.filter((name) => this.catalogue[name].features.includes(feature));
    const reason = `the plan ${plan} does not have ${feature}; ${having.join(' and ') || 'no plan'} does`;
    throw new Fault('plan-feature-missing', {
      message: `The plan ${plan} does not have ${feature}`,
      details: [{ field: 'plan', reason }],
    });
  }

  #assertBelow(plan: PlanName, limit: CountedLimit, used: number): void {
    const most = this.catalogue[plan].limits[limit];
    if (used < most) return;
    throw new Fault('plan-limit-reached', {
      message: `The plan ${plan} allows ${most} ${limit}`,
      details: [
        { field: 'plan', reason: `${limit}: the plan ${plan} allows ${most}, and ${used} are there` },
      ],
    });
  }
}
