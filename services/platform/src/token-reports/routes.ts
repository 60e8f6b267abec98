import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';

/** The log's keeper compares what a token may do with what it did; no other service has a question to ask. */
const keeperOfTheLog = 'audit';

export function reportedTokenHandlers({
  tokens,
}: {
  readonly tokens: PrismaAccessTokenStore;
}): Handlers<Pick<typeof operations, 'readReportedToken'>> {
  return {
    async readReportedToken({ callingService, params }) {
      if (callingService !== keeperOfTheLog) throw new Fault('policy-denied');
      const token = await tokens.find(params.id, { workspaceId: params.ws, accountId: null });
      if (!token || token.revokedAt !== null) throw new Fault('not-found');
      const { id, name, status, statements } = token;
      return { id, name, status, policy: [...statements] };
    },
  };
}
