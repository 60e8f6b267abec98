import type { Principal, Subject } from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { WorkspaceClosingPorts } from './close-workspace.ts';
import type { Workspace } from './prisma-workspace-store.ts';

/**
 * Opens a closed workspace again, as it was. Everybody but its owners is told what they are told of a workspace that
 * does not exist. One that is open stays so: the answer to the call before may have been lost.
 *
 * @throws Fault `policy-denied` for a PAT, `not-found`, `conflict` when it is too late
 */
export async function restoreWorkspace(
  { workspaces, changes, restoreDays }: WorkspaceClosingPorts,
  caller: Principal | null,
  reference: string,
  audit: CallAudit,
): Promise<Workspace> {
  const ownerId = caller?.accountId;
  if (!ownerId) throw new Fault('not-found');
  if (caller.type !== 'session')
    throw new Fault('policy-denied', {
      message: 'Only an owner who is signed in may restore a workspace',
      details: [{ field: 'policy', reason: 'a session is needed; no token restores a workspace' }],
    });
  return changes.commit(async (transaction) => {
    const owned = await workspaces.lockOwned(transaction, reference, { ownerId, restoreDays });
    if (!owned) throw new Fault('not-found');
    const { id, closed, tooLate } = owned;
    if (tooLate)
      throw new Fault('conflict', { details: [{ field: 'ws', reason: 'the time to restore it is over' }] });
    const result = await workspaces.reopen(transaction, id);
    await audit.commit(transaction, {
      log: id,
      workspaceId: id,
      resource: `pcft:platform:workspace/${id}`,
      target: { type: 'workspace', id },
      metadata: closed ? {} : { repeated: true },
    });
    // With one workspace more, the implied one may have become ambiguous: such answers rest on the account.
    const accounts = await workspaces.accountsOf(transaction, id);
    const invalidates: Subject[] = [
      { kind: 'workspace', id },
      ...accounts.map((account): Subject => ({ kind: 'account', id: account })),
    ];
    return { result, invalidates, narrows: false };
  });
}
