import type { heimdallAdminOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { AuditFields, Call, CallAudit, Handlers } from '@pcft/http';
import { assertActive } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { LocatedTenant } from './locate-tenant.ts';
import type { MemberStore } from './member-store.ts';
import { standing } from './routes.ts';
import type { TenantMember } from './tenant-member.ts';

type Operations = typeof heimdallAdminOperations;
type MemberOperations = Pick<
  Operations,
  'addTenantMember' | 'listTenantMembers' | 'updateTenantMember' | 'removeTenantMember'
>;

export function tenantMemberHandlers(deps: {
  members: MemberStore;
  directory: DirectoryDelivery;
}): Handlers<MemberOperations> {
  const { members, directory } = deps;
  return {
    async addTenantMember({ located, body, audit }: Call<Operations['addTenantMember'], LocatedTenant>) {
      assertActive(located.app);
      const { member, changed, pending } = await members.add(
        standing(located),
        { userId: body.user_id, roleName: body.role },
        (added) => (transaction) => audit.commit(transaction, row(added)),
      );
      await directory.settle(pending, 'widening');
      if (!changed) unchanged(audit, row(member));
      return toWire(member);
    },
    async listTenantMembers({ located, query }: Call<Operations['listTenantMembers'], LocatedTenant>) {
      const { limit = 20, offset = 0 } = query;
      const { items, total } = await members.list(standing(located).id, { limit, offset });
      return { items: items.map(toWire), total };
    },
    async updateTenantMember({
      located,
      params,
      body,
      audit,
    }: Call<Operations['updateTenantMember'], LocatedTenant>) {
      assertActive(located.app);
      const { id: tenantId, appId } = standing(located);
      const key = { appId, tenantId, userId: params.user_id };
      const done = await members.setRole(
        key,
        body.role,
        (before, after) => (transaction) =>
          audit.commit(transaction, {
            ...row(after),
            changes: { before: { role: nameOf(before) }, after: { role: nameOf(after) } },
          }),
      );
      if (!done) throw new Fault('not-found');
      await directory.settle(done.pending, 'narrowing');
      if (!done.changed) unchanged(audit, row(done.after));
      return toWire(done.after);
    },
    async removeTenantMember({
      located,
      params,
      audit,
    }: Call<Operations['removeTenantMember'], LocatedTenant>) {
      const { id: tenantId, appId } = standing(located);
      const key = { appId, tenantId, userId: params.user_id };
      const done = await members.remove(
        key,
        (member) => (transaction) => audit.commit(transaction, row(member)),
      );
      if (!done) throw new Fault('not-found');
      // Nobody is said to be out before that is so everywhere.
      await directory.settle(done.pending, 'narrowing');
      if (!done.changed)
        unchanged(audit, { target: { type: 'user', id: key.userId }, metadata: { tenant_id: tenantId } });
    },
  };
}

function unchanged(audit: CallAudit, fields: AuditFields): void {
  audit.add(fields);
  audit.nothingChanged();
}

const nameOf = ({ role }: TenantMember) => role?.name ?? null;

function row(member: TenantMember) {
  return {
    target: { type: 'user', id: member.userId },
    metadata: { tenant_id: member.tenantId, role: nameOf(member) },
  };
}

function toWire(member: TenantMember) {
  return {
    tenant_id: member.tenantId,
    user_id: member.userId,
    email: member.email,
    display_name: member.displayName,
    role: nameOf(member),
    created_at: member.createdAt.toISOString(),
    updated_at: member.updatedAt.toISOString(),
  };
}
