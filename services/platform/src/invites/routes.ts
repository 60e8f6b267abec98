import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { memberToWire } from '../members/routes.ts';
import { accessOf } from '../workspaces/routes.ts';
import { acceptInvite } from './accept-invite.ts';
import { createInvite } from './create-invite.ts';
import type { InvitePorts } from './invite-ports.ts';
import type { Invite } from './prisma-invite-store.ts';

type InviteOperations = Pick<
  typeof operations,
  'listWorkspaceInvites' | 'createWorkspaceInvite' | 'revokeWorkspaceInvite' | 'acceptWorkspaceInvite'
>;

export function inviteHandlers(ports: InvitePorts): Handlers<InviteOperations> {
  const { invites, workspaces, database } = ports;
  return {
    async listWorkspaceInvites(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await invites.list(accessOf(call).id, { limit, offset });
      return { items: items.map(toWire), total };
    },

    async createWorkspaceInvite(call) {
      if (call.principal === null) throw new Fault('not-found');
      const { email, role, expires_in_hours: ttlHours = 168 } = call.body;
      const input = { workspaceId: accessOf(call).id, email, role, ttlHours };
      return toWire(await createInvite(ports, call.principal, input, call.audit));
    },

    async revokeWorkspaceInvite(call) {
      const { id } = accessOf(call);
      await database.$transaction(async (transaction) => {
        // One change of a workspace's invites and members at a time: whoever is accepting this one is first, or late.
        if (!(await workspaces.lockOpen(transaction, id))) throw new Fault('not-found');
        if (!(await invites.revoke(transaction, id, call.params.id))) throw new Fault('not-found');
        await call.audit.commit(transaction, { target: { type: 'invite', id: call.params.id } });
      });
    },

    async acceptWorkspaceInvite(call) {
      const { workspace, member, verifiedAt } = await acceptInvite(
        ports,
        call.principal,
        call.params.token,
        call.audit,
      );
      return {
        workspace: { id: workspace.id, slug: workspace.slug, display_name: workspace.displayName },
        member: memberToWire(member),
        verified_at: verifiedAt.toISOString(),
      };
    },
  };
}

function toWire({ id, email, role, customRole, invitedBy, inviterName, createdAt, expiresAt }: Invite) {
  return {
    id,
    email,
    role: customRole?.name ?? role,
    role_id: customRole?.id ?? role,
    invited_by: { account_id: invitedBy, display_name: inviterName },
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}
