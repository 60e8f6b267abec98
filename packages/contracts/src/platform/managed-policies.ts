import { operation, type Authorization } from '../operation.ts';
import {
  id,
  line,
  object,
  pageQuery,
  reference,
  statements,
  timestamp,
  Type,
  type TProperties,
} from '../schema.ts';
import {
  description,
  expectedVersion,
  grantedPolicy,
  policyBodyBytes,
  policyWarnings,
} from './granted-policy.ts';

const policy = <P extends TProperties>(extra: P) =>
  object({
    id: id('pol'),
    workspace_id: id('ws'),
    name: Type.String(),
    description: Type.String(),
    version: Type.Integer({ description: 'The version in force.' }),
    statements: grantedPolicy(),
    attached: object({
      tokens: Type.Integer({ description: 'PATs that are neither revoked nor expired.' }),
      roles: Type.Integer(),
    }),
    created_at: timestamp(),
    updated_at: timestamp(),
    ...extra,
  });

const version = () =>
  object({
    policy_id: id('pol'),
    version: Type.Integer(),
    current: Type.Boolean(),
    statements: grantedPolicy(),
    created_by: id('acc'),
    created_at: timestamp(),
  });

const versionNumber = { minimum: 1, maximum: 1_000_000_000 };
const collectionParams = object({ ws: reference('Workspace id or slug.') });
const itemParams = object({ ws: reference('Workspace id or slug.'), policy: id('pol', 'The policy.') });

const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete',
  access: Authorization['access'],
  lowestRole: Authorization['lowestRole'],
  resource: string,
): Authorization => ({
  action: `workspace.policy.${verb}`,
  access,
  lowestRole,
  scopes: [],
  resource: `pcft:platform:workspace/{workspace}/policy/${resource}`,
  workspace: { from: 'path', param: 'ws' },
});

const reading = authorization('read', 'read', 'member', '{policy}');

export const createPolicy = operation({
  operationId: 'createPolicy',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/policies',
  summary: 'Create a managed policy',
  description:
    'It grants nothing by itself: PATs and roles name it. A policy wider than the role of its creator, or than the ' +
    'PAT it is created with, is refused with the statement that is too wide.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', 'admin', '*') },
  rateClass: 'platform',
  params: collectionParams,
  body: object({
    name: line(100, 'Unique in the workspace.'),
    description: Type.Optional(description()),
    statements: statements(),
  }),
  maxBodyBytes: policyBodyBytes,
  success: { status: 201, shape: 'resource', body: policy({ warnings: policyWarnings() }) },
  faults: ['conflict', 'policy-too-wide', 'plan-limit-reached'],
  event: 'policy.created',
  changes: true,
});

export const listPolicies = operation({
  operationId: 'listPolicies',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/policies',
  summary: 'List the managed policies of a workspace',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('list', 'list', 'member', '*') },
  rateClass: 'platform',
  params: collectionParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: policy({}) },
});

export const getPolicy = operation({
  operationId: 'getPolicy',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/policies/:policy',
  summary: 'Get a managed policy with its current statements',
  dialect: 'platform',
  access: { kind: 'policy', authorization: reading },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 200, shape: 'resource', body: policy({ warnings: policyWarnings() }) },
});

export const updatePolicy = operation({
  operationId: 'updatePolicy',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/policies/:policy',
  summary: 'Rename a managed policy, or give it other statements',
  description:
    '`statements` become a new version; `version` makes an older one current again. Either is in force in every ' +
    'service for every PAT and role that names the policy when this call has returned. With `expected_version`, ' +
    'only if that is the current one: 409 otherwise.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'permissions', 'admin', '{policy}') },
  rateClass: 'platform',
  params: itemParams,
  body: Type.Object(
    {
      name: Type.Optional(line(100)),
      description: Type.Optional(description()),
      statements: Type.Optional(statements()),
      version: Type.Optional(Type.Integer(versionNumber)),
      expected_version: expectedVersion(),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  maxBodyBytes: policyBodyBytes,
  success: { status: 200, shape: 'resource', body: policy({ warnings: policyWarnings() }) },
  faults: ['conflict', 'policy-too-wide'],
  event: 'policy.updated',
  changes: true,
});

export const deletePolicy = operation({
  operationId: 'deletePolicy',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/policies/:policy',
  summary: 'Delete a managed policy that nothing names',
  description: 'While PATs or roles name it: 409, with how many.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('delete', 'permissions', 'admin', '{policy}') },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['conflict'],
  event: 'policy.deleted',
  changes: true,
});

export const listPolicyVersions = operation({
  operationId: 'listPolicyVersions',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/policies/:policy/versions',
  summary: 'List the versions of a managed policy, the latest first',
  dialect: 'platform',
  access: { kind: 'policy', authorization: reading },
  rateClass: 'platform',
  params: itemParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: version() },
});

export const getPolicyVersion = operation({
  operationId: 'getPolicyVersion',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/policies/:policy/versions/:version',
  summary: 'Get a version of a managed policy; versions never change',
  dialect: 'platform',
  access: { kind: 'policy', authorization: reading },
  rateClass: 'platform',
  params: object({
    ws: reference('Workspace id or slug.'),
    policy: id('pol', 'The policy.'),
    version: Type.Integer({ ...versionNumber, description: 'Its number.' }),
  }),
  success: { status: 200, shape: 'resource', body: version() },
});
