import { memberSubject, type Principal, type Subject } from '@pcft/auth';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Role } from '@pcft/policy';
import { roleAllows } from '@pcft/policy';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import type { Transaction } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { findWider } from '../policies/grant-bounds.ts';
import type { RoleCap } from '../policies/role-cap.ts';
import { givenRole, nameOfRole } from '../roles/given-role.ts';
import type { PrismaRoleStore } from '../roles/prisma-role-store.ts';
import type { Member, PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import type { PrismaMemberStore } from './prisma-member-store.ts';

export interface MemberPorts {
  readonly members: PrismaMemberStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly roles: PrismaRoleStore;
  readonly tokens: PrismaAccessTokenStore;
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
 * @param reference a built-in role, or id or name of a custom one
 * @throws Fault `not-found` (the role too), `role-denied` when an owner is touched or made by somebody else, or a role
 *   given or taken that is wider than the caller's own, `conflict`
 */
export async function changeRole(
  ports: MemberPorts,
  change: MemberChange,
  reference: string,
  audit: CallAudit,
): Promise<Member> {
  const { members, changes } = ports;
  return changes.commit(async (transaction) => {
    const { member, callerRole, callerCap } = await lock(ports, transaction, change);
    const { role, customRole, cap } = await givenRole(
      ports.roles,
      transaction,
      change.workspaceId,
      reference,
    );
    const touchesOwner = member.role === 'owner' || role === 'owner';
    assertRole(callerRole, touchesOwner ? 'owner' : 'admin', change, 'workspace.member.update');
    await assertNotWider(ports, transaction, change, member, callerCap);
    assertGivable(cap, callerCap, memberUrn(change));
    if (role !== 'owner') await assertNotLastOwner(members, transaction, member, change.workspaceId);
    await members.setRole(transaction, member.id, { role, roleId: customRole?.id ?? null });
    await audit.commit(transaction, {
      target: { type: 'member', id: member.id },
      metadata: { account_id: member.accountId },
      changes: { before: { role: nameOfRole(member) }, after: { role: nameOfRole({ role, customRole }) } },
    });
    // Not lowered either when it is the same: that of the call before, whose answer may have been lost. Two custom
    // roles are not compared: waiting is never wrong.
    const narrows = customRole !== null || member.customRole !== null || roleAllows(member.role, role);
    return {
      result: { ...member, role, customRole },
      invalidates: subjects(member, change.workspaceId),
      narrows,
    };
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
    const { member, callerRole, callerCap } = await lock(ports, transaction, change);
    const leaves = member.accountId === change.principal.accountId;
    const needed = member.role === 'owner' ? 'owner' : 'admin';
    if (!leaves) {
      assertRole(callerRole, needed, change, 'workspace.member.delete');
      await assertNotWider(ports, transaction, change, member, callerCap, 'workspace.member.delete');
    }
    await assertNotLastOwner(members, transaction, member, change.workspaceId);
    const revoked = await members.remove(transaction, member, change.workspaceId);
    await audit.commit(transaction, {
      target: { type: 'member', id: member.id },
      metadata: {
        account_id: member.accountId,
        ...(leaves && { left: true }),
        ...(revoked.length > 0 && { revoked: revoked.slice(0, maxListed) }),
      },
      changes: { before: { role: nameOfRole(member) }, after: null },
    });
    return { result: undefined, invalidates: subjects(member, change.workspaceId), narrows: true };
  });
}

/** One change of a workspace's members at a time; the caller's role is that of this moment. */
async function lock(
  { members, workspaces, tokens }: MemberPorts,
  transaction: Transaction,
  { workspaceId, id, principal }: MemberChange,
): Promise<{ member: Member; callerRole: Role; callerCap: RoleCap }> {
  if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
  const callerCap = await tokens.lockRoleCap(transaction, principal.accountId ?? '', workspaceId);
  const member = await members.find(id, workspaceId, transaction);
  if (!member || callerCap === null) throw new Fault('not-found');
  return { member, callerRole: callerCap.base, callerCap };
}

/** Who has a custom role has no power over those who may more. */
async function assertNotWider(
  ports: MemberPorts,
  transaction: Transaction,
  change: MemberChange,
  member: Member,
  callerCap: RoleCap,
  action = 'workspace.member.update',
): Promise<void> {
  const reference = member.customRole?.id ?? member.role;
  const { cap } = await givenRole(ports.roles, transaction, change.workspaceId, reference);
  assertGivable(cap, callerCap, memberUrn(change), action);
}

function memberUrn({ workspaceId, id }: MemberChange): string {
  return `pcft:platform:workspace/${workspaceId}/member/${id}`;
}

/**
 * Nobody gives, or takes, a role that is wider than their own.
 *
 * @throws Fault `role-denied`
 */
export function assertGivable(
  cap: RoleCap,
  callerCap: RoleCap,
  resource: string,
  action = 'workspace.member.update',
): void {
  // Between built-in roles the ranks have been compared.
  const wider = callerCap.statements === null ? null : findWider(cap, callerCap);
  if (!wider) return;
  const reason = `${action} on ${resource} is needed; denied by role_cap: ${wider.reason}`;
  throw new Fault('role-denied', {
    details: [{ field: 'policy', reason }],
    headers: { 'X-Required-Action': action },
  });
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
