import type { platformOperations as operations } from '@pcft/contracts';
import { bareUlid } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaAccountStore } from './prisma-account-store.ts';

/** Seed 002's account route: the twelve fields in the order in which the document prints them. */
export function currentUserHandlers(ports: {
  readonly accounts: PrismaAccountStore;
}): Handlers<Pick<typeof operations, 'getCurrentUser'>> {
  return {
    async getCurrentUser({ principal }) {
      const account = principal?.accountId ? await ports.accounts.findProfile(principal.accountId) : null;
      if (!account) throw new Fault('credential-missing');
      return {
        id: bareUlid(account.id),
        email: account.email,
        fullName: account.fullName,
        handle: account.handle,
        isVerified: account.verifiedAt !== null,
        verifiedAt: account.verifiedAt?.toISOString() ?? null,
        isActive: account.closedAt === null,
        lastLoginAt: account.lastLoginAt?.toISOString() ?? null,
        role: account.role,
        organizationCount: account.organizationCount,
        createdAt: account.createdAt.toISOString(),
        updatedAt: account.updatedAt.toISOString(),
      };
    },
  };
}
