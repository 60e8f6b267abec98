import { memberSubject, type Principal } from '@pcft/auth';
import { createId, parseToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Transaction } from '../database.ts';
import { findWider } from '../policies/grant-bounds.ts';
import { findGivenRole, nameOfRole, type GivenRole } from '../roles/given-role.ts';
import type { Member, Workspace } from '../workspaces/prisma-workspace-store.ts';
import type { InvitePorts } from './invite-ports.ts';
import type { ClosedReason, FoundInvite } from './prisma-invite-store.ts';

export interface Accepted {
  readonly workspace: Workspace;
  readonly member: Member;
  /** Of the account: the token has shown that the address is its own. */
  readonly verifiedAt: Date;
}

const reasons: Readonly<Record<Exclude<ClosedReason, null>, string>> = {
  accepted: 'was accepted already',
  revoked: 'was revoked, or replaced by a newer one',
  expired: 'has expired',
  author: 'its author may not invite to this role any more',
  role: 'its role was deleted',
};

/**
 * Makes the caller a member. The invite is looked at again under the workspace's lock: one that was revoked, whose author
 * was demoted, or whose role became wider than the author's, a moment ago is closed, and of any number of tries at once one succeeds.
 *
 * @throws Fault `policy-denied` for a PAT, `not-found`, `invite-not-yours`, `invite-closed`, `conflict` for a member,
 * `plan-limit-reached`
 */
export async function acceptInvite(
  ports: InvitePorts,
  caller: Principal | null,
  token: string,
  audit: CallAudit,
): Promise<Accepted> {
  const { invites, members, roles, tokens, workspaces, planLimits, changes, tokenPepper } = ports;
  const accountId = caller?.accountId;
  if (!accountId) throw new Fault('not-found');
  if (caller.type !== 'session')
    throw new Fault('policy-denied', {
      message: 'Only who is signed in may accept an invite',
      details: [{ field: 'policy', reason: 'a session is needed; no token accepts an invite' }],
    });
  if (!parseToken(token, ['invite-token'])) throw new Fault('not-found');
  const digest = tokenDigest(tokenPepper, token);
  const found = await invites.findByDigest(digest);
  if (!found) throw new Fault('not-found');
  return changes.commit(async (transaction) => {
    const workspace = await workspaces.lockOpen(transaction, found.workspaceId);
    const invite = workspace && (await invites.findByDigest(digest, transaction));
    if (!invite) throw new Fault('not-found');
    const account = await lockInvited(transaction, accountId, invite);
    if (invite.closed !== null) throw closed(invite.closed);
    const authorCap = await tokens.lockRoleCap(transaction, invite.invitedBy, workspace.id);
    // The role as it is now, and not as it was when the author could give it.
    const reference = invite.customRole?.id ?? invite.role;
    const given = await findGivenRole(roles, transaction, workspace.id, reference);
    if (given === null) throw closed('role');
    if (authorCap === null || findWider(given.cap, authorCap)) throw closed('author');
    if ((await members.roleOf(accountId, workspace.id, transaction)) !== null)
      throw new Fault('conflict', { details: [{ field: 'token', reason: 'you are a member already' }] });
    await planLimits.assertRoom(transaction, workspace.id, 'members');
    if (!(await invites.accept(transaction, invite.id))) throw closed('accepted');
    const verifiedAt = account.verifiedAt ?? (await verify(transaction, accountId));
    const member = await insertMember(transaction, { workspaceId: workspace.id, accountId }, given, account);
    await audit.commit(transaction, {
      log: workspace.id,
      workspaceId: workspace.id,
      resource: `pcft:platform:workspace/${workspace.id}/invite/${invite.id}`,
      target: { type: 'member', id: member.id },
      metadata: { invite_id: invite.id, role: nameOfRole(member), invited_by: invite.invitedBy },
    });
    return {
      result: { workspace, member, verifiedAt },
      // With one workspace more, the implied one may have become ambiguous: such answers rest on the account.
      invalidates: [
        { kind: 'account', id: accountId },
        { kind: 'member', id: memberSubject(accountId, workspace.id) },
      ],
      narrows: false,
    };
  });
}

interface Invited {
  readonly email: string;
  readonly fullName: string;
  readonly verifiedAt: Date | null;
}

/** @throws Fault `invite-not-yours`: who has found somebody else's mail gets nothing with it */
async function lockInvited(
  transaction: Transaction,
  accountId: string,
  { email }: FoundInvite,
): Promise<Invited> {
  const [account] = await transaction.$queryRaw<Invited[]>`
    SELECT email, full_name AS "fullName", verified_at AS "verifiedAt" FROM account
    WHERE id = ${accountId} AND closed_at IS NULL FOR NO KEY UPDATE`;
  if (account?.email.toLowerCase() !== email.toLowerCase()) throw new Fault('invite-not-yours');
  return account;
}

async function verify(transaction: Transaction, id: string): Promise<Date> {
  const { verifiedAt } = await transaction.account.update({
    where: { id },
    data: { verifiedAt: new Date(), updatedAt: new Date() },
  });
  return verifiedAt ?? new Date();
}

async function insertMember(
  transaction: Transaction,
  { workspaceId, accountId }: { readonly workspaceId: string; readonly accountId: string },
  { role, customRole }: GivenRole,
  { email, fullName }: Invited,
): Promise<Member> {
  const { id, createdAt } = await transaction.member.create({
    data: { id: createId('mem_'), workspaceId, accountId, role, roleId: customRole?.id ?? null },
  });
  return { id, accountId, email, fullName, role, customRole, createdAt };
}

function closed(reason: Exclude<ClosedReason, null>): Fault {
  return new Fault('invite-closed', { details: [{ field: 'token', reason: reasons[reason] }] });
}
