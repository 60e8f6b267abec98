import type { Principal } from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaSessionStore } from './prisma-session-store.ts';

export interface SessionChangePorts {
  readonly sessions: PrismaSessionStore;
  readonly changes: ChangeCommitter;
}

/**
 * Ends a session of the account. When this resolves no service accepts it any more; so it is also when it had ended
 * before, for the answer to that call may have been lost.
 *
 * @throws Fault `not-found`
 */
export async function revokeSession(
  { sessions, changes }: SessionChangePorts,
  accountId: string,
  id: string,
  audit: CallAudit,
): Promise<void> {
  await changes.commit(async (transaction) => {
    if (!(await sessions.end(transaction, accountId, id))) throw new Fault('not-found');
    await audit.commit(transaction, { target: { type: 'session', id } });
    return { result: undefined, invalidates: [{ kind: 'credential', id }], narrows: true };
  });
}

/** The same for all but the one that asks; a PAT keeps none. @returns how many were live */
export async function revokeOtherSessions(
  { sessions, changes }: SessionChangePorts,
  { type, id, accountId }: Principal,
  audit: CallAudit,
): Promise<number> {
  return changes.commit(async (transaction) => {
    const owner = accountId ?? '';
    const result = await sessions.endOthers(transaction, owner, type === 'session' ? id : null);
    await audit.commit(transaction, {
      target: { type: 'account', id: owner },
      metadata: { revoked_sessions: result },
    });
    return { result, invalidates: [{ kind: 'account', id: owner }], narrows: true };
  });
}
