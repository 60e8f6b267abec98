import type { heimdallAdminOperations } from '@pcft/contracts';
import { parseToken, tokenDigest } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { assertActive, type App } from '../apps/app.ts';
import { userToWire } from '../users/routes.ts';
import { acceptInvite, type AcceptInviteDeps } from './accept-invite.ts';
import { guestByPassword, type GuestDeps } from './invite-guests.ts';
import { createInvite, type CreateInviteDeps } from './create-invite.ts';
import { inviteUrl } from './invite-mail.ts';
import type { Invite } from './invite.ts';

type Operations = typeof heimdallAdminOperations;
type InviteOperations = Pick<Operations, 'createInvite' | 'listInvites' | 'revokeInvite' | 'acceptInvite'>;

export function inviteHandlers(
  deps: CreateInviteDeps & AcceptInviteDeps & GuestDeps,
): Handlers<InviteOperations> {
  const { invites, tokenPepper, publicUrl } = deps;
  return {
    async createInvite({ located, body, audit }: Call<Operations['createInvite'], App>) {
      assertActive(located);
      const { email, role: roleName, expires_in_hours: ttlHours = 168, max_uses: maxUses = 1 } = body;
      const { tenant_id: tenantId = null } = body;
      const { invite, token } = await createInvite(
        deps,
        located,
        { email, roleName, tenantId, maxUses, ttlHours },
        (transaction, { id }) =>
          audit.commit(transaction, {
            target: { type: 'invite', id },
            metadata: { email, role: roleName, max_uses: maxUses, ...(tenantId && { tenant_id: tenantId }) },
          }),
      );
      return toWire(invite, { token, invite_url: inviteUrl(publicUrl, token) });
    },
    async listInvites({ located, query }: Call<Operations['listInvites'], App>) {
      const { limit = 20, offset = 0 } = query;
      const { items, total } = await invites.listPending(located.id, { limit, offset });
      return { items: items.map((invite) => toWire(invite)), total };
    },
    async revokeInvite({ located, params, audit }: Call<Operations['revokeInvite'], App>) {
      const { invite_id: id } = params;
      const revoked = await invites.revoke(located.id, id, (transaction) =>
        audit.commit(transaction, { target: { type: 'invite', id } }),
      );
      if (!revoked) throw new Fault('not-found');
    },
    async acceptInvite({ params, body, audit, request }: Call<Operations['acceptInvite']>) {
      const { invite_token: token } = params;
      const found = parseToken(token, ['invite-token'])
        ? await invites.findByDigest(tokenDigest(tokenPepper, token))
        : null;
      if (!found) throw new Fault('not-found');
      const { invite, app } = found;
      const { password, display_name: displayName, email } = body;
      // Whatever comes of it leaves a row in the log of the app's workspace.
      audit.add({
        log: app.workspaceId,
        appId: app.id,
        resource: `pcft:heimdall:app/${app.id}/invite/${invite.id}`,
        target: { type: 'invite', id: invite.id },
        metadata: factsOf(invite),
      });
      const accepting = acceptInvite(
        deps,
        found,
        () => guestByPassword(deps, found, { password, displayName, email, ip: request.clientIp }),
        ({ id }) =>
          (transaction) =>
            audit.commit(transaction, {
              actor: { type: 'user', id },
              target: { type: 'user', id },
              metadata: factsOf(invite),
            }),
      );
      const { user, changed } = await accepting.catch((error: unknown) => {
        if (error instanceof Fault) audit.add(refusal(invite, error));
        throw error;
      });
      if (!changed) {
        audit.add({ actor: { type: 'user', id: user.id }, target: { type: 'user', id: user.id } });
        audit.nothingChanged();
      }
      return userToWire(user);
    },
  };
}

/** What rows tell of an invite. */
export function factsOf({ id, roleName, tenantId }: Invite) {
  return { invite_id: id, role: roleName, ...(tenantId !== null && { tenant_id: tenantId }) };
}

/** The row of a try that came to nothing; the caller is told what the fault says. */
function refusal(invite: Invite, { fault, details }: Fault) {
  const reason = details[0]?.reason ?? fault;
  return {
    action: 'invite.refused',
    outcome: 'denied' as const,
    metadata: { ...factsOf(invite), reason },
  };
}

/** Seed 001: an invite as it is printed there. */
/** @param shown where this answer shows the token; the fields are in the order of seed 001 */
function toWire<Shown extends object>(invite: Invite, shown = {} as Shown) {
  return {
    id: invite.id,
    app_id: invite.appId,
    email: invite.email,
    role: invite.roleName,
    ...(invite.tenantId !== null && { tenant_id: invite.tenantId }),
    ...shown,
    expires_at: invite.expiresAt.toISOString(),
    max_uses: invite.maxUses,
    uses: invite.uses,
    created_at: invite.createdAt.toISOString(),
  };
}
