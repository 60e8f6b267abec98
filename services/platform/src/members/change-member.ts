import { memberSubject, type Principal, type Subject } from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { roleAllows, type Role } from '@pcft/policy';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { Member, PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import type { PrismaMemberStore } from './prisma-member-store.ts';

export interface MemberPorts {
  readonly members: PrismaMemberStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly changes: ChangeCommitter;
}

/** Which membership, and who asks. */
export interface MemberChange {
  readonly workspaceId: string;
  readonly id: string;
  readonly principal: Principal;
}

/** Ids of revoked tokens that fit into an audit row. */
const maxListed = 100;

/**
 * Changes a role. When it is lowered, no service decides by the old one any more when this resolves.
 *
 * @throws Fault `not-found`, `role-denied` when an owner is touched or made by somebody else, `conflict`
 */
export async function changeRole(
  ports: MemberPorts,
  change: MemberChange,
  role: Role,
  audit: CallAudit,
): Promise<Member> {
  const { members, changes } = ports;
  return changes.commit(async (transaction) => {
    const { member, callerRole } = await lock(ports, transaction, change);
    const touchesOwner = member.role === 'owner' || role === 'owner';
    assertRole(callerRole, touchesOwner ? 'owner' : 'admin', change, 'workspace.member.update');
    if (role !== 'owner') await assertNotLastOwner(members, transaction, member, change.workspaceId);
    await members.setRole(transaction, member.id, role);
    await audit.commit(transaction, {
      target: { type: 'member', id: member.id },
      metadata: { account_id: member.accountId },
      changes: { before: { role: member.role }, after: { role } },
    });
    // Not lowered either when it is the same: that of the call before, whose answer may have been lost.
    const narrows = roleAllows(member.role, role);
    return { result: { ...member, role }, invalidates: subjects(member, change.workspaceId), narrows };
  });
}

/**
 * Removes a member, or lets one leave. When this resolves, no service accepts the account's PATs for this workspace.
 *
 * @throws Fault `not-found`, `role-denied`, `conflict`
 */
export async function removeMember(
  ports: MemberPorts,
  change: MemberChange,
  audit: CallAudit,
): Promise<void> {
  const { members, changes } = ports;
  await changes.commit(async (transaction) => {
    const { member, callerRole } = await lock(ports, transaction, change);
    const leaves = member.accountId === change.principal.accountId;
    const needed = member.role === 'owner' ? 'owner' : 'admin';
    if (!leaves) assertRole(callerRole, needed, change, 'workspace.member.delete');
    await assertNotLastOwner(members, transaction, member, change.workspaceId);
    const revoked = await members.remove(transaction, member, change.workspaceId);
    await audit.commit(transaction, {
      target: { type: 'member', id: member.id },
      metadata: {
        account_id: member.accountId,
        ...(leaves && { left: true }),
        ...(revoked.length > 0 && { revoked: revoked.slice(0, maxListed) }),
      },
      changes: { before: { role: member.role }, after: null },
    });
    return { result: undefined, invalidates: subjects(member, change.workspaceId), narrows: true };
  });
}

/** One change of a workspace's members at a time; the caller's role is that of this moment. */
async function lock(
  { members, workspaces }: MemberPorts,
  transaction: Transaction,
  { workspaceId, id, principal }: MemberChange,
): Promise<{ member: Member; callerRole: Role }> {
  if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
  const callerRole = await members.roleOf(principal.accountId ?? '', workspaceId, transaction);
  const member = await members.find(id, workspaceId, transaction);
  if (!member || callerRole === null) throw new Fault('not-found');
  return { member, callerRole };
}

function assertRole(callerRole: Role, needed: Role, { workspaceId, id }: MemberChange, action: string): void {
  if (roleAllows(callerRole, needed)) return;
  const resource = `pcft:platform:workspace/${workspaceId}/member/${id}`;
  const reason = `${action} on ${resource} is needed; denied by role_cap: the role ${needed} is needed, yours is ${callerRole}`;
  throw new Fault('role-denied', {
    details: [{ field: 'policy', reason }],
    headers: { 'X-Required-Action': action },
  });
}

async function assertNotLastOwner(
  members: PrismaMemberStore,
  transaction: Transaction,
  { role }: Member,
  workspaceId: string,
): Promise<void> {
  if (role !== 'owner' || (await members.countOwners(transaction, workspaceId)) > 1) return;
  throw new Fault('conflict', {
    message: 'The last owner cannot go',
    details: [{ field: 'id', reason: 'is the last owner; make somebody else an owner first' }],
  });
}

/** Answers about the implied workspace, and about PATs that were revoked with the membership, rest on the account. */
function subjects({ accountId }: Member, workspaceId: string): Subject[] {
  return [
    { kind: 'account', id: accountId },
    { kind: 'member', id: memberSubject(accountId, workspaceId) },
  ];
}
