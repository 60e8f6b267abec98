import { operation } from '../operation.ts';
import { conditionalHeaders, id, nullable, object, oneOf, timestamp, Type } from '../schema.ts';
import { grantedPolicy } from './granted-policy.ts';

const role = () => nullable(object({ id: Type.String(), name: Type.String() }));
const policy = grantedPolicy;

const principal = () =>
  object({
    type: oneOf(['pat', 'session']),
    id: Type.String(),
    name: Type.String(),
    account_id: id('acc'),
    workspace_id: nullable(id('ws', 'The workspace the credential is pinned to.')),
  });

const conditions = () => nullable(Type.Record(Type.String(), Type.Unknown()));

/** A workspace as a credential reaches it. */
const workspaceAccess = {
  id: Type.Optional(id('ws')),
  slug: Type.Optional(Type.String()),
  is_member: Type.Boolean(),
  pinned: Type.Optional(
    Type.Boolean({ description: 'True when the credential is pinned to another workspace.' }),
  ),
  role: role(),
  policy: policy(),
  role_cap: Type.Optional(oneOf(['owner', 'admin', 'member'], 'Actions above this role are refused.')),
  /** Of a custom role: what it cuts its cap to. */
  role_policy: Type.Optional(policy()),
  conditions: Type.Optional(conditions()),
  services: Type.Array(Type.String()),
  plan: Type.Optional(Type.String({ description: 'Decides nothing but limits.' })),
  mode: Type.Optional(oneOf(['live', 'test'])),
};

const boundary = () =>
  Type.Optional(
    Type.Array(policy(), {
      description: 'Policies of the tokens it was minted with, as they are now; each has to allow too.',
    }),
  );

/** Says in one word whether anything of an answer has changed; the same as its ETag. */
const version = () => Type.Optional(Type.String());

/** What a service needs to cache the answer safely; only services of the suite receive it. */
const cacheFields = {
  active: Type.Optional(Type.Boolean()),
  reason: Type.Optional(oneOf(['revoked', 'disabled', 'expired', 'account-closed'])),
  ambiguous: Type.Optional(Type.Boolean({ description: 'No single workspace is implied.' })),
  principal: Type.Optional(principal()),
  account_policy: Type.Optional(policy()),
  account_conditions: Type.Optional(conditions()),
  ancestors: Type.Optional(
    Type.Array(id('pat'), { description: 'PATs it was minted with: it ends when any of them does.' }),
  ),
  epoch: Type.Optional(Type.String()),
  pos: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Position of the invalidation log it was read at.' }),
  ),
  ttl_ms: Type.Optional(
    Type.Integer({ minimum: 0, description: 'To the earliest expiry, by the database clock.' }),
  ),
};

/** Seed 000, step 3: echoes the policy bound to the bearer. */
export const introspect = operation({
  operationId: 'introspect',
  service: 'platform',
  method: 'GET',
  path: '/v1/introspect',
  summary: 'Verify a credential and read its policy',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  headers: conditionalHeaders(),
  success: {
    status: 200,
    shape: 'resource',
    conditional: true,
    body: object({
      is_authenticated: Type.Boolean(),
      account: object({ id: id('acc'), email: Type.String(), name: Type.String() }),
      principal: object({
        type: oneOf(['pat', 'session']),
        id: Type.String(),
        name: Type.String(),
        account_id: id('acc'),
        workspace_id: nullable(id('ws')),
        created_at: timestamp(),
        expires_at: nullable(timestamp()),
      }),
      policy: policy(),
      boundary: boundary(),
      conditions: conditions(),
      workspaces: Type.Array(object(workspaceAccess)),
      version: version(),
      active: cacheFields.active,
      reason: cacheFields.reason,
      pos: cacheFields.pos,
    }),
  },
  event: 'credential.introspected',
});

/**
 * What every service's middleware calls. A workspace that is foreign or does not exist gives the same
 * `{is_member:false, role:null, policy:[], services:[]}`. `-` stands for the workspace the credential implies.
 */
export const introspectWorkspace = operation({
  operationId: 'introspectWorkspace',
  service: 'platform',
  method: 'GET',
  path: '/v1/introspect/workspaces/:id',
  summary: 'Resolve a credential to its policy in a workspace',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  params: object({
    id: Type.String({
      pattern: '^(-|[A-Za-z0-9][A-Za-z0-9_-]{0,62})$',
      description: 'Workspace id, slug or `-`.',
    }),
  }),
  headers: conditionalHeaders(),
  success: {
    status: 200,
    shape: 'resource',
    conditional: true,
    body: object({ ...workspaceAccess, boundary: boundary(), version: version(), ...cacheFields }),
  },
  event: 'credential.introspected',
});
