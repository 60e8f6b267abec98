import { memberSubject, type Principal, type Subject } from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { confirmOwner, type ConfirmPorts, type Proof } from './confirm-owner.ts';
import type { AccountWorkspace, PrismaAccountErasure } from './prisma-account-erasure.ts';

export interface DeleteAccountPorts extends ConfirmPorts {
  readonly erasure: PrismaAccountErasure;
  readonly changes: ChangeCommitter;
}

/** Workspaces named in an audit row. */
const mostNamed = 100;

/**
 * Closes an account for good and forgets who it was. Workspaces that have no other member are closed with it; others it
 * leaves. When this resolves no service accepts its sessions and PATs. What it did stays in the audit log, under an id
 * that leads to nobody.
 *
 * @throws Fault `conflict` naming the workspaces that would be left without an owner, and what `confirmOwner` throws
 */
export async function deleteAccount(
  ports: DeleteAccountPorts,
  principal: Principal | null,
  proof: Proof,
  audit: CallAudit,
): Promise<void> {
  const { erasure, changes } = ports;
  const { accountId } = await confirmOwner(ports, principal, proof);
  await changes.commit(async (transaction) => {
    if (!(await erasure.lock(transaction, accountId))) throw new Fault('session-invalid');
    const workspaces = await erasure.lockWorkspaces(transaction, accountId);
    assertHandedOver(workspaces);
    const closed = workspaces.filter(({ others, closed }) => others === 0 && !closed).map(({ id }) => id);
    const left = workspaces.filter(({ others }) => others > 0).map(({ id }) => id);
    await erasure.erase(transaction, accountId, closed);
    await audit.commit(transaction, {
      log: accountId,
      target: { type: 'account', id: accountId },
      metadata: {
        closed_workspaces: closed.slice(0, mostNamed),
        left_workspaces: left.slice(0, mostNamed),
      },
    });
    const invalidates: Subject[] = [
      { kind: 'account', id: accountId },
      ...closed.map((id): Subject => ({ kind: 'workspace', id })),
      ...left.map((id): Subject => ({ kind: 'member', id: memberSubject(accountId, id) })),
    ];
    return { result: undefined, invalidates, narrows: true };
  });
}

function assertHandedOver(workspaces: readonly AccountWorkspace[]): void {
  const orphaned = workspaces.filter(
    ({ closed, owns, others, otherOwners }) => !closed && owns && others > 0 && otherOwners === 0,
  );
  if (orphaned.length === 0) return;
  throw new Fault('conflict', {
    message: 'Somebody else has to become an owner first',
    details: orphaned.slice(0, mostNamed).map(({ id, slug }) => ({
      field: 'organization',
      reason: `${slug} (${id}) has other members and no other owner`,
    })),
  });
}
