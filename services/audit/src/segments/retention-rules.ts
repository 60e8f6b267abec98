import type { PlanCatalogue } from '@pcft/plans';
import type { RetentionRules } from './retention.ts';

/**
 * How long the operator lets rows be kept. A workspace's rows are kept as long as any plan promises, whatever its own is:
 * plans change, and what is gone is gone.
 *
 * @param days `null` rules, everything is kept, where they are not given
 */
export function retentionRules(days: number | undefined, plans: PlanCatalogue): RetentionRules | null {
  if (days === undefined) return null;
  const promised = Math.max(...Object.values(plans).map(({ limits }) => limits.audit_retention_days));
  return {
    daysOf: (logs) =>
      Promise.resolve(
        new Map(logs.map((log) => [log, log.startsWith('ws_') ? Math.max(days, promised) : days])),
      ),
  };
}
