import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { Member } from '../workspaces/prisma-workspace-store.ts';
import { changeRole, removeMember, type MemberChange, type MemberPorts } from './change-member.ts';

type MemberOperations = Pick<typeof operations, 'updateMember' | 'removeMember'>;

export function memberHandlers(ports: MemberPorts): Handlers<MemberOperations> {
  return {
    async updateMember(call) {
      return memberToWire(await changeRole(ports, changeOf(call), call.body.role, call.audit));
    },

    async removeMember(call) {
      await removeMember(ports, changeOf(call), call.audit);
    },
  };
}

/** What was asked for, and by whom; the pipeline calls no handler without the two. */
function changeOf({
  principal,
  access,
  params,
}: Pick<Call<MemberOperations['removeMember']>, 'principal' | 'access' | 'params'>): MemberChange {
  if (principal === null || access === null) throw new Fault('not-found');
  return { workspaceId: access.id, id: params.id, principal };
}

/** A member as lists and changes show it. */
export function memberToWire({ id, accountId, email, fullName, role, customRole, createdAt }: Member) {
  return {
    id,
    account_id: accountId,
    email,
    display_name: fullName,
    role: customRole?.name ?? role,
    role_id: customRole?.id ?? role,
    created_at: createdAt.toISOString(),
  };
}
