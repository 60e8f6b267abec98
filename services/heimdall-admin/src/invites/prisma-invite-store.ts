import { isUniqueViolation } from '@pcft/database';
import { Fault, invalid } from '@pcft/errors';
import type { Prisma, PrismaClient, Invite as InviteRow } from '../../generated/prisma/client.ts';
import { toApp } from '../apps/prisma-app-store.ts';
import { emailTaken } from '../users/email-taken.ts';
import { holdRole, holdTenant } from '../tenants/join-tenant.ts';
import { admitGuest } from './admit-guest.ts';
import { closedReason, inviteClosed, newInvite, type Invite } from './invite.ts';
import type { InviteStore } from './invite-store.ts';

/** Thrown to undo a use that nobody needed. */
class NothingToGive extends Error {}

export function createPrismaInviteStore(prisma: PrismaClient): InviteStore {
  return {
    create: (draft, commit) =>
      prisma.$transaction(async (transaction) => {
        const { appId, email, roleName, tenantId, maxUses, ttlHours, digest } = draft;
        const role = await holdRole(transaction, { appId, name: roleName });
        if (!role) throw invalid('role', 'unknown role');
        if (tenantId !== null) await holdInvitingTenant(transaction, { id: tenantId, appId });
        const given = { appId, email, roleId: role.id, roleName: role.name, tenantId, maxUses };
        const invite = newInvite(given, ttlHours, new Date());
        await transaction.invite.create({ data: { ...invite, digest } });
        await commit(transaction, invite);
        return invite;
      }),
    async listPending(appId, { limit, offset }) {
      const where: Prisma.InviteWhereInput = {
        appId,
        revokedAt: null,
        expiresAt: { gt: new Date() },
        uses: { lt: prisma.invite.fields.maxUses },
      };
      const [rows, total] = await Promise.all([
        prisma.invite.findMany({
          where,
          orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
          take: limit,
          skip: offset,
        }),
        prisma.invite.count({ where }),
      ]);
      return { items: rows.map(toInvite), total };
    },
    revoke: (appId, id, commit) =>
      prisma.$transaction(async (transaction) => {
        const revoked = await transaction.$executeRaw`
          UPDATE invite SET revoked_at = now()
          WHERE id = ${id} AND app_id = ${appId} AND revoked_at IS NULL AND uses < max_uses AND expires_at > now()`;
        if (revoked > 0) await commit(transaction);
        return revoked > 0;
      }),
    async findByDigest(digest) {
      const row = await prisma.invite.findUnique({ where: { digest }, include: { app: true } });
      if (!row) return null;
      const { app, ...invite } = row;
      return { invite: toInvite(invite), app: toApp(app) };
    },
    async accept(invite, guest, commit) {
      try {
        return await prisma.$transaction(async (transaction) => {
          const { appId, roleId, tenantId } = invite;
          const role = await holdRole(transaction, { appId, id: roleId });
          // Whoever deletes a role revokes the invites to it.
          if (!role) throw inviteClosed('revoked');
          if (tenantId !== null) await holdTenant(transaction, { id: tenantId, appId });
          await countUse(transaction, invite.id);
          const admitted = await admitGuest(transaction, guest, { appId, tenantId, role });
          if (!admitted) throw new NothingToGive();
          await commit(admitted.user)(transaction);
          return { ...admitted, changed: true };
        });
      } catch (error) {
        if (error instanceof NothingToGive && 'known' in guest)
          return { user: guest.known, changed: false, pending: [] };
        throw isUniqueViolation(error, 'user_app_id_email_key_key') ? emailTaken(error) : error;
      }
    },
  };
}

/** The one statement that decides who is in time. @throws Fault `invite-closed` */
async function countUse(transaction: Prisma.TransactionClient, id: string): Promise<void> {
  const counted = await transaction.$executeRaw`
    UPDATE invite SET uses = uses + 1
    WHERE id = ${id} AND uses < max_uses AND revoked_at IS NULL AND expires_at > now()`;
  if (counted > 0) return;
  const row = await transaction.invite.findUnique({ where: { id } });
  throw inviteClosed((row && closedReason(row, new Date())) ?? 'expired');
}

async function holdInvitingTenant(
  transaction: Prisma.TransactionClient,
  tenant: { readonly id: string; readonly appId: string },
): Promise<void> {
  try {
    await holdTenant(transaction, tenant);
  } catch (error) {
    throw error instanceof Fault && error.fault === 'not-found'
      ? invalid('tenant_id', 'unknown tenant')
      : error;
  }
}

function toInvite({ digest: _, ...invite }: InviteRow): Invite {
  return invite;
}
