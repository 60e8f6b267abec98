import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaAccountStore } from './prisma-account-store.ts';

/**
 * Changes what an account is called.
 *
 * @throws Fault `conflict` for a handle that somebody else has
 */
export async function updateAccount(
  { accounts, changes }: { readonly accounts: PrismaAccountStore; readonly changes: ChangeCommitter },
  id: string,
  change: { readonly fullName?: string; readonly handle?: string },
  audit: CallAudit,
): Promise<void> {
  try {
    await changes.commit(async (transaction) => {
      const before = await accounts.rename(transaction, id, change);
      if (!before) throw new Fault('credential-missing');
      await audit.commit(transaction, {
        target: { type: 'account', id },
        changes: {
          before: { full_name: before.fullName, handle: before.handle },
          after: { full_name: change.fullName ?? before.fullName, handle: change.handle ?? before.handle },
        },
      });
      return { result: undefined, invalidates: [{ kind: 'account', id }], narrows: false };
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'account_handle_key')) throw error;
    throw new Fault('conflict', { details: [{ field: 'handle', reason: 'is taken' }] });
  }
}
