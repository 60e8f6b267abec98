import { planNames } from '@pcft/plans';
import { operation } from '../operation.ts';
import {
  email,
  id,
  line,
  nullable,
  object,
  oneOf,
  pageQuery,
  reference,
  slug,
  timestamp,
  Type,
} from '../schema.ts';

export const workspaceMode = () =>
  oneOf(['live', 'test'], 'Set at creation, for good. PATs of a test workspace begin `pcft_test_`.');

/** Beside a base role that a surface's own field can say. */
export const customRole = () => nullable(object({ id: id('rol'), name: Type.String() }));

export const workspace = () =>
  object({
    id: id('ws'),
    slug: Type.String(),
    display_name: Type.String(),
    role: nullable(oneOf(['owner', 'admin', 'member'], 'Role of the caller; of a custom role its base.')),
    custom_role: customRole(),
    plan: oneOf(planNames),
    mode: workspaceMode(),
    closed_at: Type.Optional(timestamp()),
    restorable_until: Type.Optional(timestamp()),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

export const member = () =>
  object({
    id: id('mem'),
    account_id: id('acc'),
    email: email(),
    display_name: Type.String(),
    role: Type.String({ description: 'Name of the role, built in or custom.' }),
    role_id: Type.String({ description: '`rol_…`; of a built-in role its name.' }),
    created_at: timestamp(),
  });

export const workspaceService = () =>
  object({ id: Type.String(), display_name: Type.String(), enabled: Type.Boolean() });

export const workspaceParams = object({ ws: reference('Workspace id or slug.') });

export const listWorkspaces = operation({
  operationId: 'listWorkspaces',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces',
  summary: 'List the workspaces of the caller',
  description:
    'With `state=closed` the closed ones that the caller owns and may still restore, the last closed first; that takes ' +
    'a session, as restoring does.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.list',
      access: 'list',
      lowestRole: 'member',
      scopes: ['user:read'],
      resource: 'pcft:platform:workspace/*',
      workspace: { from: 'span' },
    },
  },
  rateClass: 'platform',
  query: object({ ...pageQuery, state: Type.Optional(oneOf(['open', 'closed'])) }),
  success: { status: 200, shape: 'page', body: workspace() },
});

export const createWorkspace = operation({
  operationId: 'createWorkspace',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces',
  summary: 'Create a workspace; the caller becomes its owner',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.create',
      access: 'write',
      lowestRole: 'member',
      scopes: ['user:write'],
      resource: 'pcft:platform:workspace/*',
      workspace: { from: 'account' },
    },
  },
  rateClass: 'platform',
  body: object({
    slug: slug('Unique in the suite.'),
    display_name: line(120),
    mode: Type.Optional(workspaceMode()),
  }),
  success: { status: 201, shape: 'resource', body: workspace() },
  faults: ['conflict'],
  event: 'workspace.created',
  changes: true,
});

export const getWorkspace = operation({
  operationId: 'getWorkspace',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws',
  summary: 'Get a workspace',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.read',
      access: 'read',
      lowestRole: 'member',
      scopes: ['user:read'],
      resource: 'pcft:platform:workspace/{workspace}',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: workspaceParams,
  success: { status: 200, shape: 'resource', body: workspace() },
});

export const listMembers = operation({
  operationId: 'listMembers',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/members',
  summary: 'List the members of a workspace',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.member.list',
      access: 'list',
      lowestRole: 'member',
      scopes: ['members:read'],
      resource: 'pcft:platform:workspace/{workspace}/member/*',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: workspaceParams,
  query: object({ ...pageQuery }),
  success: {
    status: 200,
    shape: 'page',
    body: member(),
  },
});

export const listServices = operation({
  operationId: 'listServices',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/services',
  summary: 'List the services a workspace can use',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.service.list',
      access: 'list',
      lowestRole: 'member',
      scopes: ['user:read'],
      resource: 'pcft:platform:workspace/{workspace}/service/*',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: workspaceParams,
  query: object({ ...pageQuery }),
  success: {
    status: 200,
    shape: 'page',
    body: workspaceService(),
  },
});
