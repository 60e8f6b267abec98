import type { Principal } from '@pcft/auth';
import { createToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { inertText, type Mail } from '@pcft/mail';
import { roleAllows, type Role } from '@pcft/policy';
import { assertMailAllowed } from '../account-mail/mail-allowance.ts';
import { assertGivable } from '../members/change-member.ts';
import { givenRole, nameOfRole } from '../roles/given-role.ts';
import type { InvitePorts } from './invite-ports.ts';
import type { Invite } from './prisma-invite-store.ts';

export interface InviteInput {
  readonly workspaceId: string;
  readonly email: string;
  /** A built-in role, or id or name of a custom one. */
  readonly role: string;
  readonly ttlHours: number;
}

/**
 * Invites somebody by mail. The token is in the mail and nowhere else: who has it has read that mailbox.
 *
 * @throws Fault `role-denied` when somebody else than an owner invites one, or to a role wider than the own, `not-found`
 *   (the role too), `conflict` for a member, `rate-limited`
 */
export async function createInvite(
  ports: InvitePorts,
  caller: Principal,
  input: InviteInput,
  audit: CallAudit,
): Promise<Invite> {
  const { database, invites, workspaces, members, roles, tokens, accounts, mail, limiter } = ports;
  const { tokenPepper, publicUrl } = ports;
  const { workspaceId, email, ttlHours } = input;
  await assertInvitesLeft(limiter, workspaceId);
  await assertMailAllowed(limiter, email);
  const token = createToken('invite-token');
  return database.$transaction(async (transaction) => {
    const workspace = await workspaces.lockOpen(transaction, workspaceId);
    const invitedBy = caller.accountId ?? '';
    const callerRole = workspace && (await members.roleOf(invitedBy, workspaceId, transaction));
    if (!workspace || callerRole === null) throw new Fault('not-found');
    const given = await givenRole(roles, transaction, workspaceId, input.role);
    assertMayGive(callerRole, given.role, workspaceId);
    const callerCap = await tokens.lockRoleCap(transaction, invitedBy, workspaceId);
    if (callerCap === null) throw new Fault('not-found');
    const resource = `pcft:platform:workspace/${workspaceId}/invite/*`;
    assertGivable(given.cap, callerCap, resource, 'workspace.invite.create');
    const account = await accounts.findByEmail(email, transaction);
    if (account && (await members.roleOf(account.id, workspaceId, transaction)) !== null)
      throw new Fault('conflict', { details: [{ field: 'email', reason: 'is a member already' }] });
    const digest = tokenDigest(tokenPepper, token);
    const roleId = given.customRole?.id ?? null;
    const draft = { workspaceId, email, role: given.role, roleId, invitedBy, digest, ttlHours };
    const invite = await invites.insert(transaction, draft);
    await mail.queue(transaction, inviteMail(invite, workspace.displayName, { publicUrl, token, ttlHours }));
    await audit.commit(transaction, {
      target: { type: 'invite', id: invite.id },
      metadata: { email, role: nameOfRole(given), ...(roleId !== null && { role_id: roleId }) },
    });
    return invite;
  });
}

async function assertInvitesLeft(limiter: InvitePorts['limiter'], workspaceId: string): Promise<void> {
  const { allowed, headers } = await limiter.consume('invite', workspaceId);
  if (allowed) return;
  throw new Fault('rate-limited', {
    message: 'The workspace has sent many invites; try again later',
    headers: { 'Retry-After': headers['Retry-After'] ?? '3600' },
  });
}

function assertMayGive(callerRole: Role, role: Role, workspaceId: string): void {
  const needed = role === 'owner' ? 'owner' : 'admin';
  if (roleAllows(callerRole, needed)) return;
  const action = 'workspace.invite.create';
  const resource = `pcft:platform:workspace/${workspaceId}/invite/*`;
  const reason = `${action} on ${resource} is needed; denied by role_cap: the role ${needed} is needed, yours is ${callerRole}`;
  throw new Fault('role-denied', {
    details: [{ field: 'policy', reason }],
    headers: { 'X-Required-Action': action },
  });
}

function inviteMail(
  { email, inviterName, ...given }: Invite,
  workspaceName: string,
  { publicUrl, token, ttlHours }: { publicUrl: string; token: string; ttlHours: number },
): Mail {
  const workspace = inertText(workspaceName);
  return {
    to: email,
    kind: 'workspace-invite',
    ttlSeconds: ttlHours * 60 * 60,
    content: {
      subject: `Invitation to ${workspace}`,
      paragraphs: [
        `${inertText(inviterName)} invites you to the workspace “${workspace}” as ${nameOfRole(given)}.`,
      ],
      action: { label: 'Accept the invite', url: `${publicUrl}/account/accept-invite#token=${token}` },
      closing: [
        `The link works once, for ${ttlHours % 24 === 0 ? days(ttlHours / 24) : `${String(ttlHours)} h`}. It is meant for an account with this address.`,
        'If you do not know what this is about, do nothing.',
      ],
    },
  };
}

function days(number: number): string {
  return number === 1 ? 'one day' : `${String(number)} days`;
}
