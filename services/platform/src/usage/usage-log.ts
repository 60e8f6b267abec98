import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { auditOperations, type SuccessOf } from '@pcft/contracts';
import { unavailable } from '@pcft/errors';

/** How a token was used, as audit has counted it. */
export type CountedUsage = SuccessOf<(typeof auditOperations)['readUsage']>;

/** Audit's count of calls, as this service reaches it. */
export interface UsageLog {
  /**
   * The days before today that had calls, today included.
   *
   * @throws Fault `unavailable` when audit does not answer in time
   */
  read(patId: string, days: number): Promise<CountedUsage>;
}

/** A caller has an answer within two seconds. */
const timeoutMs = 1_200;

export function createUsageLog(options: {
  /** Comma list of instances. */
  readonly auditUrl: string;
  readonly serviceToken: string;
}): UsageLog {
  const headers = serviceHeaders(options.serviceToken);
  const ask = createInstanceFetch(options.auditUrl.split(','));
  return {
    async read(patId, days) {
      const path = auditOperations.readUsage.path.replace(':pat_id', encodeURIComponent(patId));
      try {
        const response = await ask(`${path}?days=${days}`, { headers }, { timeoutMs, repeatable: true });
        const text = await response.text();
        if (response.status !== 200)
          throw new Error(`audit answered ${response.status}: ${text.slice(0, 300)}`);
        return JSON.parse(text) as CountedUsage;
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}
