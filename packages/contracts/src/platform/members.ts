import { operation, type Authorization } from '../operation.ts';
import { id, object, reference } from '../schema.ts';
import { roleReference } from './workspace-roles.ts';
import { member } from './workspaces.ts';

const memberParams = object({ ws: reference('Workspace id or slug.'), id: id('mem', 'The membership.') });

const authorization = (
  verb: 'update' | 'delete',
  lowestRole: Authorization['lowestRole'],
): Authorization => ({
  action: `workspace.member.${verb}`,
  access: 'permissions',
  lowestRole,
  scopes: [],
  resource: 'pcft:platform:workspace/{workspace}/member/{id}',
  workspace: { from: 'path', param: 'ws' },
});

export const updateMember = operation({
  operationId: 'updateMember',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/members/:id',
  summary: 'Change the role of a member',
  description:
    'Admins neither change owners nor make them; nobody gives a role wider than their own. The last owner stays one: 409. PATs that exist are narrowed with ' +
    'the role of their account, in every service when this call has returned.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'admin') },
  rateClass: 'platform',
  params: memberParams,
  body: object({ role: roleReference('owner, admin, member, or id or name of a custom role.') }),
  success: { status: 200, shape: 'resource', body: member() },
  faults: ['conflict', 'role-denied'],
  event: 'member.role-changed',
  changes: true,
});

export const removeMember = operation({
  operationId: 'removeMember',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/members/:id',
  summary: 'Remove a member, or leave the workspace',
  description:
    'Members may leave; admins remove members and admins, owners everybody. The last owner cannot go: 409. PATs of ' +
    'the account that are pinned to the workspace are revoked for good, in every service when this call has returned.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('delete', 'member') },
  rateClass: 'platform',
  params: memberParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['conflict', 'role-denied'],
  event: 'member.removed',
  changes: true,
});
