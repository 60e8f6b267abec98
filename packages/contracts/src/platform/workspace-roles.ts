import { operation, type Authorization } from '../operation.ts';
import {
  id,
  nullable,
  object,
  oneOf,
  pageQuery,
  reference,
  slug,
  statements,
  timestamp,
  Type,
} from '../schema.ts';
import {
  attachedPolicies,
  description,
  expectedVersion,
  grantedPolicy,
  policyBodyBytes,
} from './granted-policy.ts';

/** A role of a workspace in a body: `rol_…`, or the name of a custom or built-in one. */
export const roleReference = (text: string) =>
  Type.String({
    pattern: '^rol_[0-9A-HJKMNP-TV-Z]{26}$|^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$',
    description: text,
  });

const role = () =>
  object({
    id: Type.String({ description: '`rol_…`; of a built-in role its name.' }),
    name: Type.String(),
    description: Type.String(),
    built_in: Type.Boolean(),
    base: oneOf(['owner', 'admin', 'member'], 'What it is a cut of: nothing above that is ever allowed.'),
    statements: nullable(grantedPolicy()),
    policy_ids: Type.Array(id('pol')),
    policy: nullable(grantedPolicy()),
    members: Type.Integer(),
    version: nullable(Type.Integer({ description: 'Counts its changes.' })),
    created_at: nullable(timestamp()),
    updated_at: nullable(timestamp()),
  });

const collectionParams = object({ ws: reference('Workspace id or slug.') });
const itemParams = object({
  ws: reference('Workspace id or slug.'),
  // No name of a custom role here: a statement about `role/rol_…` has to hold however the role is addressed.
  role: Type.String({
    pattern: '^rol_[0-9A-HJKMNP-TV-Z]{26}$|^(owner|admin|member)$',
    description: 'Id of the role; of a built-in one its name.',
  }),
});

const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete',
  access: Authorization['access'],
  lowestRole: Authorization['lowestRole'],
  resource: string,
): Authorization => ({
  action: `workspace.role.${verb}`,
  access,
  lowestRole,
  scopes: [],
  resource: `pcft:platform:workspace/{workspace}/role/${resource}`,
  workspace: { from: 'path', param: 'ws' },
});

export const createWorkspaceRole = operation({
  operationId: 'createWorkspaceRole',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/roles',
  summary: 'Create a custom role',
  description:
    'A custom role is a base cut to statements of its own, to managed policies, or to both. Nobody creates one ' +
    'wider than their own role, or than the PAT it is created with.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', 'admin', '*') },
  rateClass: 'platform',
  params: collectionParams,
  body: object({
    name: slug('Unique in the workspace; not owner, admin or member.'),
    description: Type.Optional(description()),
    base: oneOf(['admin', 'member']),
    statements: Type.Optional(statements()),
    policy_ids: Type.Optional(attachedPolicies()),
  }),
  maxBodyBytes: policyBodyBytes,
  success: { status: 201, shape: 'resource', body: role() },
  faults: ['conflict', 'policy-too-wide', 'plan-limit-reached'],
  event: 'role.created',
  changes: true,
});

export const listWorkspaceRoles = operation({
  operationId: 'listWorkspaceRoles',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/roles',
  summary: 'List the roles of a workspace, the built-in ones first',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('list', 'list', 'member', '*') },
  rateClass: 'platform',
  params: collectionParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: role() },
});

export const getWorkspaceRole = operation({
  operationId: 'getWorkspaceRole',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/roles/:role',
  summary: 'Get a role',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('read', 'read', 'member', '{role}') },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 200, shape: 'resource', body: role() },
});

export const updateWorkspaceRole = operation({
  operationId: 'updateWorkspaceRole',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/roles/:role',
  summary: 'Change a custom role',
  description:
    'In force for everybody who has the role, and for their PATs, in every service when this call has returned. ' +
    'Neither the role as it was nor as it becomes may be wider than that of the caller. `null` takes statements ' +
    'or policies away; one of the two has to stay. Built-in roles do not change: 409.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'permissions', 'admin', '{role}') },
  rateClass: 'platform',
  params: itemParams,
  body: Type.Object(
    {
      name: Type.Optional(slug('Unique in the workspace.')),
      description: Type.Optional(description()),
      base: Type.Optional(oneOf(['admin', 'member'])),
      statements: Type.Optional(nullable(statements())),
      policy_ids: Type.Optional(nullable(attachedPolicies())),
      expected_version: expectedVersion(),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  maxBodyBytes: policyBodyBytes,
  success: { status: 200, shape: 'resource', body: role() },
  faults: ['conflict', 'policy-too-wide'],
  event: 'role.updated',
  changes: true,
});

export const deleteWorkspaceRole = operation({
  operationId: 'deleteWorkspaceRole',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/roles/:role',
  summary: 'Delete a custom role that nobody has',
  description:
    'While members have it, or open invites give it: 409, with how many. Built-in roles stay: 409.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('delete', 'permissions', 'admin', '{role}') },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['conflict'],
  event: 'role.deleted',
  changes: true,
});
