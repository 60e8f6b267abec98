import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaAccountStore } from './prisma-account-store.ts';

/** Ends a session. When this resolves no service accepts it any more. */
export async function signOut(
  ports: { readonly accounts: PrismaAccountStore; readonly changes: ChangeCommitter },
  sessionId: string,
  audit: CallAudit,
): Promise<void> {
  await ports.changes.commit(async (transaction) => {
    await ports.accounts.endSession(transaction, sessionId);
    await audit.commit(transaction, { target: { type: 'session', id: sessionId } });
    return { result: undefined, invalidates: [{ kind: 'credential', id: sessionId }], narrows: true };
  });
}
