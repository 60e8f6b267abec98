import type { auditOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { UsageReader } from './prisma-usage-store.ts';

/** Platform knows whose token it is, and who may see that; no other service has a question to ask. */
const keeperOfTokens = 'platform';
const dayMs = 86_400_000;

export function usageHandlers({
  usage,
}: {
  readonly usage: UsageReader;
}): Handlers<Pick<typeof auditOperations, 'readUsage'>> {
  return {
    async readUsage({ callingService, params, query: { days = 31 } }) {
      if (callingService !== keeperOfTokens) throw new Fault('policy-denied');
      const from = new Date(Math.floor(Date.now() / dayMs) * dayMs - (days - 1) * dayMs);
      const found = await usage.days(params.pat_id, from);
      const last = await usage.lastCall(params.pat_id);
      return {
        days: found,
        last: last && { at: last.at.toISOString(), ip: last.ip, service: last.service },
      };
    },
  };
}
