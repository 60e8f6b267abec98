import type { PlanCatalogue } from '@pcft/plans';
import type { FormerPlans } from './former-plans.ts';
import type { PlanSource } from './plan-source.ts';
import type { RetentionRules } from './retention.ts';

/** After a smaller plan was taken, what the former one promised holds for so long: time to export, or to think again. */
export const graceDays = 30;
const dayMs = 86_400_000;

export interface RetentionRuleOptions {
  /** What the operator lets rows be kept at the least, and all rows of logs that have no plan. Not given: for ever. */
  readonly days: number | undefined;
  readonly plans: PlanCatalogue;
  readonly source: PlanSource;
  readonly former: FormerPlans;
  /** Told where plans could not be learned; everything is then kept as the greatest one promises. */
  readonly onError: (error: unknown) => void;
}

/**
 * How long rows are kept: those of a workspace for as long as its own plan promises, and never less than the operator says.
 * What is gone is gone, so whatever is not known counts as the most: a workspace that platform does not name, a plan of
 * another version, a platform that is away.
 *
 * @returns `null`, everything is kept, where no days are given
 */
export function retentionRules(options: RetentionRuleOptions): RetentionRules | null {
  const { days, plans, source, former, onError } = options;
  if (days === undefined) return null;
  const promised = new Map<string, number>(
    Object.values(plans).map(({ name, limits }) => [name, limits.audit_retention_days]),
  );
  const most = Math.max(...promised.values());

  async function promisedTo(workspaces: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const since = new Date(Date.now() - graceDays * dayMs);
    // First what they have now: who changes in between is then found among those that changed.
    const current = await source.plansOf(workspaces);
    const left = await former.leftSince(workspaces, since);
    return new Map(
      [...current].map(([id, plan]) => {
        const held = [plan, ...(left.get(id) ?? [])].map((each) => promised.get(each) ?? most);
        return [id, Math.max(...held)];
      }),
    );
  }

  return {
    async daysOf(logs) {
      const workspaces = logs.filter((log) => log.startsWith('ws_'));
      const promises = await promisedTo(workspaces).catch((error: unknown) => {
        onError(error);
        return new Map<string, number>();
      });
      return new Map(
        logs.map((log) => [log, log.startsWith('ws_') ? Math.max(days, promises.get(log) ?? most) : days]),
      );
    },
  };
}
