import type { platformOperations as operations, SuccessOf } from '@pcft/contracts';
import { bareUlid } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import type { PrismaAccountStore, Profile } from './prisma-account-store.ts';

/** Seed 002's account route. */
export function currentUserHandlers(ports: {
  readonly accounts: PrismaAccountStore;
}): Handlers<Pick<typeof operations, 'getCurrentUser'>> {
  return {
    async getCurrentUser({ principal }) {
      return profileToWire(
        principal?.accountId ? await ports.accounts.findProfile(principal.accountId) : null,
      );
    },
  };
}

/** The twelve fields in the order in which the document prints them. */
export function profileToWire(account: Profile | null): SuccessOf<(typeof operations)['getCurrentUser']> {
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
}
