import { operation, type Authorization } from '../operation.ts';
import { email, id, object, pageQuery, reference, secret, timestamp, Type } from '../schema.ts';
import { roleReference } from './workspace-roles.ts';
import { member, workspaceParams } from './workspaces.ts';

const invite = () =>
  object({
    id: id('inv'),
    email: email(),
    role: Type.String({ description: 'Name of the role, built in or custom.' }),
    role_id: Type.String({ description: '`rol_…`; of a built-in role its name.' }),
    invited_by: object({ account_id: id('acc'), display_name: Type.String() }),
    created_at: timestamp(),
    expires_at: timestamp(),
  });

const authorization = (
  verb: 'list' | 'create' | 'delete',
  access: Authorization['access'],
  resource: string,
): Authorization => ({
  action: `workspace.invite.${verb}`,
  access,
  lowestRole: 'admin',
  scopes: access === 'list' ? ['members:read'] : [],
  resource: `pcft:platform:workspace/{workspace}/invite/${resource}`,
  workspace: { from: 'path', param: 'ws' },
});

export const listWorkspaceInvites = operation({
  operationId: 'listWorkspaceInvites',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/invites',
  summary: 'List the invites of a workspace that can still be accepted',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('list', 'list', '*') },
  rateClass: 'platform',
  params: workspaceParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: invite() },
});

export const createWorkspaceInvite = operation({
  operationId: 'createWorkspaceInvite',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/invites',
  summary: 'Invite somebody by mail',
  description:
    'The link goes to the invited address and is shown nowhere else. An invite replaces the one before to the same ' +
    'address. Only owners invite owners, and nobody invites to a role wider than their own. 404 for an unknown role, ' +
    '409 when the address is that of a member. An invite lasts as long as its author may give the role as it is by ' +
    'then: when they are demoted or leave, or the role becomes wider than theirs, it can no more be accepted.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', '*') },
  rateClass: 'platform',
  params: workspaceParams,
  body: object({
    email: email(),
    role: roleReference('owner, admin, member, or id or name of a custom role.'),
    expires_in_hours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 720, default: 168, description: 'A week by default.' }),
    ),
  }),
  success: { status: 201, shape: 'resource', body: invite() },
  faults: ['conflict', 'role-denied'],
  event: 'workspace.invite-created',
  changes: true,
});

export const revokeWorkspaceInvite = operation({
  operationId: 'revokeWorkspaceInvite',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/invites/:id',
  summary: 'Revoke an invite',
  description:
    'When this call has returned, nobody can accept it. 404 for one that was accepted or has expired.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('delete', 'permissions', '{id}') },
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.'), id: id('inv', 'The invite.') }),
  success: { status: 204, shape: 'resource', body: null },
  event: 'workspace.invite-revoked',
  changes: true,
});

/** The token says which workspace: nothing can be decided there before the caller is a member. */
export const acceptWorkspaceInvite = operation({
  operationId: 'acceptWorkspaceInvite',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspace-invites/:token/accept',
  summary: 'Become a member of a workspace by the token of an invite',
  description:
    'For the account with the invited address, signed in: 403 for any other, and for a PAT. The token has come by ' +
    'mail to that address, so an address that was not verified yet is verified by it. 404 for a token that was never ' +
    'issued, 410 for one that was used, revoked or replaced, has expired, whose author may not give the role any more, ' +
    'or whose role was deleted.',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  params: object({ token: secret('The token of the invite.', { minLength: 8, maxLength: 100 }) }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      workspace: object({ id: id('ws'), slug: Type.String(), display_name: Type.String() }),
      member: member(),
      verified_at: timestamp(),
    }),
  },
  faults: [
    'policy-denied',
    'invite-not-yours',
    'not-found',
    'conflict',
    'invite-closed',
    'plan-limit-reached',
  ],
  event: 'workspace.invite-accepted',
  changes: true,
});
