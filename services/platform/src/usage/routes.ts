import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import { visibleTokens } from '../access-tokens/visible-tokens.ts';
import { billingPeriod } from '../plans/billing-period.ts';
import { daysSince, lastDays, sumOver } from './days-of-usage.ts';
import type { UsageLog } from './usage-log.ts';

export interface UsagePorts {
  readonly tokens: PrismaAccessTokenStore;
  readonly usageLog: UsageLog;
}

export function usageHandlers({
  tokens,
  usageLog,
}: UsagePorts): Handlers<Pick<typeof operations, 'getAccessTokenUsage'>> {
  return {
    async getAccessTokenUsage({ principal, access, params: { id }, query: { days = 31 } }) {
      if (principal === null || access === null) throw new Fault('not-found');
      const token = await tokens.find(id, visibleTokens({ principal, access }));
      if (!token || token.revokedAt !== null) throw new Fault('not-found');
      const now = new Date();
      const period = billingPeriod(now);
      const counted = await usageLog.read(id, Math.max(days, daysSince(period, now)));
      return {
        access_token_id: id,
        days: lastDays(counted.days, days, now),
        billing_period: {
          from: period.from.toISOString(),
          to: period.to.toISOString(),
          ...sumOver(counted.days, period),
        },
        last_used_at: counted.last?.at ?? null,
        last_used_ip: counted.last?.ip ?? null,
        last_used_service: counted.last?.service ?? null,
      };
    },
  };
}
