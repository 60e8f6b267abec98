import { Fault } from '@pcft/errors';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import type { DirectoryQueue } from '../directory/directory-queue.ts';
import { recordChange } from '../directory/record-change.ts';
import { holdRole, holdTenant, joinTenant, readMember, readMembers } from './join-tenant.ts';
import type { MemberStore } from './member-store.ts';
import { memberRecord, type TenantMember } from './tenant-member.ts';

export function createPrismaMemberStore(prisma: PrismaClient, queue: DirectoryQueue): MemberStore {
  return {
    add: ({ id: tenantId, appId }, { userId, roleName }, commit) =>
      prisma.$transaction(async (transaction) => {
        const role = await holdRole(transaction, { appId, name: roleName });
        await holdTenant(transaction, { id: tenantId, appId });
        const users = await transaction.$queryRaw<unknown[]>`
          SELECT 1 FROM app_user WHERE id = ${userId} AND app_id = ${appId} FOR KEY SHARE`;
        if (!role || users.length === 0) throw new Fault('not-found');
        const member = await joinTenant(transaction, { tenantId, appId, userId, roleId: role.id });
        if (!member)
          return {
            member: await standing(transaction, { tenantId, userId, role }),
            changed: false,
            pending: [],
          };
        await commit(member)(transaction);
        return { member, changed: true, pending: await recordChange(transaction, [memberRecord(member)]) };
      }),
    async list(tenantId, window) {
      const where = { tenantId, removedAt: null };
      const [items, total] = await Promise.all([
        readMembers(prisma, tenantId, window),
        prisma.tenantMember.count({ where }),
      ]);
      return { items, total };
    },
    async setRole(key, roleName, commit) {
      const done = await prisma.$transaction(async (transaction) => {
        const held = await readMember(transaction, key);
        if (!held) return null;
        const role = await holdRole(transaction, { appId: held.appId, name: roleName });
        if (!role) throw new Fault('not-found');
        await transaction.$queryRaw`SELECT 1 FROM tenant_member WHERE id = ${held.id} FOR UPDATE`;
        const before = await readMember(transaction, key);
        if (!before) return null;
        if (before.role?.id === role.id) return { before, after: before, changed: false, pending: [] };
        const after: TenantMember = { ...before, role, version: before.version + 1, updatedAt: new Date() };
        const { version, updatedAt } = after;
        await transaction.tenantMember.update({
          where: { id: after.id },
          data: { roleId: role.id, version, updatedAt },
        });
        await commit(before, after)(transaction);
        const pending = await recordChange(transaction, [memberRecord(after)]);
        return { before, after, changed: true, pending };
      });
      return done && !done.changed
        ? { ...done, pending: await queue.pendingOf('tenant-member', done.after.id) }
        : done;
    },
    async remove({ appId, tenantId, userId }, commit) {
      const user = await prisma.user.findFirst({ where: { id: userId, appId }, select: { id: true } });
      if (!user) return null;
      const pending = await prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`
          SELECT 1 FROM tenant_member WHERE tenant_id = ${tenantId} AND user_id = ${userId} FOR UPDATE`;
        const member = await readMember(transaction, { tenantId, userId });
        if (!member) return null;
        const now = new Date();
        const removed: TenantMember = { ...member, version: member.version + 1, updatedAt: now };
        await transaction.tenantMember.update({
          where: { id: member.id },
          data: { version: removed.version, updatedAt: now, removedAt: now, roleId: null },
        });
        await commit(member)(transaction);
        return recordChange(transaction, [memberRecord(removed, true)]);
      });
      if (pending) return { changed: true, pending };
      const row = await prisma.tenantMember.findFirst({ where: { tenantId, userId }, select: { id: true } });
      return { changed: false, pending: row ? await queue.pendingOf('tenant-member', row.id) : [] };
    },
  };
}

/** Who is a member already, with the very role. @throws Fault `conflict` for another role */
async function standing(
  transaction: Prisma.TransactionClient,
  member: { readonly tenantId: string; readonly userId: string; readonly role: { readonly id: string } },
): Promise<TenantMember> {
  const held = await readMember(transaction, member);
  if (held?.role?.id === member.role.id) return held;
  throw new Fault('conflict', {
    message: 'The user is a member of the tenant already, with another role',
    details: [{ field: 'role', reason: 'is a member with another role' }],
  });
}
