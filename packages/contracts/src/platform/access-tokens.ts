import { operation, type Authorization } from '../operation.ts';
import {
  id,
  line,
  nullable,
  object,
  oneOf,
  pageQuery,
  reference,
  secret,
  statements,
  timestamp,
  Type,
  type TProperties,
} from '../schema.ts';
import { attachedPolicies, grantedPolicy, policyBodyBytes, policyWarnings } from './granted-policy.ts';

const conditions = () =>
  object({
    ip: Type.Optional(
      Type.Array(Type.String({ maxLength: 50, pattern: '^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$' }), {
        minItems: 1,
        maxItems: 50,
        description: 'CIDR list; the caller must be inside one of them.',
      }),
    ),
    not_before: Type.Optional(timestamp()),
    not_after: Type.Optional(timestamp()),
  });

const accessToken = <P extends TProperties>(extra: P) =>
  object({
    id: id('pat'),
    name: Type.String(),
    status: oneOf(['active', 'disabled', 'expired']),
    kind: nullable(oneOf(['full', 'read-only', 'read-write', 'custom'])),
    scopes: nullable(Type.Array(Type.String())),
    policy: grantedPolicy(),
    policy_ids: Type.Array(id('pol'), { description: 'Managed policies among it.' }),
    conditions: nullable(conditions()),
    parent_id: nullable(id('pat', 'The PAT it was minted with.')),
    workspace_id: nullable(id('ws')),
    account_id: id('acc'),
    token_prefix: Type.String(),
    last_four: Type.String(),
    created_at: timestamp(),
    updated_at: timestamp(),
    expires_at: nullable(timestamp()),
    last_used_at: nullable(timestamp()),
    last_used_ip: nullable(Type.String({ description: 'Noted about once a minute, at any service.' })),
    last_used_service: nullable(Type.String({ description: 'The service that was called.' })),
    rotated_at: nullable(timestamp()),
    rotation_due: Type.Boolean({ description: 'The secret is older than 90 days.' }),
    ...extra,
  });

const collectionParams = object({ ws: reference('Workspace id or slug.') });
const itemParams = object({ ws: reference('Workspace id or slug.'), id: id('pat', 'The PAT.') });

const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete' | 'rotate',
  access: Authorization['access'],
  resource: string,
): Authorization => ({
  action: `workspace.api-key.${verb}`,
  access,
  lowestRole: 'member',
  scopes: [access === 'list' || access === 'read' ? 'api-keys:read' : 'api-keys:write'],
  resource: `pcft:platform:workspace/{workspace}/api-key/${resource}`,
  workspace: { from: 'path', param: 'ws' },
});

/** Seed 000, step 2. The secret is shown here and never again. */
export const createAccessToken = operation({
  operationId: 'createAccessToken',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/api-keys',
  summary: 'Mint a Personal Access Token pinned to the workspace',
  description:
    'Exactly one of `policy` with or without `policy_ids`, `policy_ids` alone, `kind` and `scopes`; `resources` narrow a ' +
    'kind or scopes, and the kind `custom` is made of `resources` and `access`. A policy wider than the role of its creator is refused ' +
    'with the statement that is too wide; kinds and scopes are capped. A PAT mints only narrower tokens: each ' +
    'action with each resource has to lie within one allow statement of the PAT, its denials and conditions are ' +
    'carried over, and the new token ends with it at the latest.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', '*') },
  rateClass: 'platform',
  params: collectionParams,
  body: object({
    name: line(100, 'Appears in audit rows.'),
    policy: Type.Optional(statements()),
    policy_ids: Type.Optional(attachedPolicies()),
    kind: Type.Optional(oneOf(['full', 'read-only', 'read-write', 'custom'])),
    resources: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 500 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Resource patterns a kind or scopes are narrowed to.',
      }),
    ),
    access: Type.Optional(
      Type.Array(oneOf(['list', 'read', 'write', 'delete', 'permissions']), {
        minItems: 1,
        maxItems: 5,
        uniqueItems: true,
        description: 'Access levels of the kind `custom`.',
      }),
    ),
    scopes: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 50 })),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 315_360_000,
        description: 'Seconds; without it the PAT never expires.',
      }),
    ),
    conditions: Type.Optional(conditions()),
  }),
  maxBodyBytes: policyBodyBytes,
  success: {
    status: 201,
    shape: 'resource',
    body: accessToken({ secret: secret('Shown once; store it now.'), warnings: policyWarnings() }),
  },
  faults: ['policy-too-wide', 'plan-limit-reached', 'plan-feature-missing', 'role-denied'],
  event: 'access-token.created',
  changes: true,
});

export const listAccessTokens = operation({
  operationId: 'listAccessTokens',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/api-keys',
  summary: 'List PATs: owners and admins see all of the workspace, members their own',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('list', 'list', '*') },
  rateClass: 'platform',
  params: collectionParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: accessToken({}) },
});

export const getAccessToken = operation({
  operationId: 'getAccessToken',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/api-keys/:id',
  summary: 'Get a PAT, without its secret',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('read', 'read', '{id}') },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 200, shape: 'resource', body: accessToken({}) },
});

export const updateAccessToken = operation({
  operationId: 'updateAccessToken',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/api-keys/:id',
  summary: 'Rename (creator only), disable or enable a PAT',
  description: 'A disabled PAT is refused by every service from the moment this call returns.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'permissions', '{id}') },
  rateClass: 'platform',
  params: itemParams,
  body: Type.Object(
    {
      name: Type.Optional(line(100)),
      status: Type.Optional(oneOf(['active', 'disabled'])),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: accessToken({}) },
  event: 'access-token.updated',
  changes: true,
});

/** Idempotent for whoever may see the PAT; complete in every service when it returns (design: resolving a PAT). */
export const revokeAccessToken = operation({
  operationId: 'revokeAccessToken',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/api-keys/:id',
  summary: 'Revoke a PAT for good',
  description: 'No call sent after this one has returned is accepted with the PAT by any service.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('delete', 'permissions', '{id}') },
  rateClass: 'platform',
  params: itemParams,
  success: { status: 204, shape: 'resource', body: null },
  event: 'access-token.revoked',
  changes: true,
});

/** The secret is shown here and never again. */
export const rotateAccessToken = operation({
  operationId: 'rotateAccessToken',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/api-keys/:id/rotate',
  summary: 'Give a PAT a new secret (creator only)',
  description:
    'Everything else about the PAT stays. The secret it had works until the overlap ends, one from before that ends ' +
    'at once; when this call has returned, every service knows. A PAT rotates itself, by its latest secret, and ' +
    'tokens that were minted with it; any other takes a session. Tokens minted with it are not rotated.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('rotate', 'permissions', '{id}') },
  rateClass: 'platform',
  params: itemParams,
  body: object({
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        default: 0,
        description: 'How long the secret it had goes on working; 7 days at most.',
      }),
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: accessToken({
      secret: secret('Shown once; store it now.'),
      previous_secret_expires_at: timestamp(),
    }),
  },
  faults: ['conflict'],
  event: 'access-token.rotated',
  changes: true,
});
