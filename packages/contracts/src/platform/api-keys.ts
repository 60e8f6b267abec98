import { operation, type Authorization } from '../operation.ts';
import {
  bareId,
  id,
  line,
  looseId,
  nullable,
  object,
  oneOf,
  pageQuery,
  secret,
  timestamp,
  Type,
} from '../schema.ts';

/** A PAT as seed 002 speaks of it: `ak_` for `pat_`, the same ULID, whichever surface it was minted on. */
const apiKey = () =>
  object({
    id: id('ak'),
    name: Type.String(),
    scopes: nullable(Type.Array(Type.String(), { description: '`null`: minted from a policy or a kind.' })),
    status: oneOf(['active', 'disabled', 'expired']),
    enabled: Type.Boolean(),
    organizationId: nullable(bareId('The organization it is pinned to.')),
    start: Type.String({ description: 'How the key begins.' }),
    lastFour: Type.String(),
    expiresAt: nullable(timestamp()),
    lastUsedAt: nullable(timestamp()),
    lastUsedIp: nullable(Type.String()),
    rotationDue: Type.Boolean({ description: 'The key is older than 90 days.' }),
    createdAt: timestamp(),
    updatedAt: timestamp(),
  });

const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete',
  access: Authorization['access'],
  resource: string,
): Authorization => ({
  action: `account.api-key.${verb}`,
  access,
  lowestRole: 'member',
  scopes: [access === 'list' || access === 'read' ? 'api-keys:read' : 'api-keys:write'],
  resource: `pcft:platform:account/{account}/api-key/${resource}`,
  workspace: { from: 'account' },
});

const itemParams = object({ id: looseId('pat', 'The key, with or without `ak_`.', 'ak') });

/** Seed 002, step 3. The key is shown here and never again. */
export const createApiKey = operation({
  operationId: 'createApiKey',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/api-key/create',
  summary: 'Mint a Personal Access Token from scopes',
  description:
    'Account-wide, unless `metadata.organizationId` pins it to one organization. Scopes are capped by the role of ' +
    'the account in it, never refused. Minted with a key, it is narrower than that key and ends with it.',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', '*') },
  rateClass: 'quickstart',
  body: object({
    name: line(100, 'Appears in audit rows.'),
    expiresIn: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 315_360_000,
        description: 'Seconds; without it the key never expires.',
      }),
    ),
    scopes: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 1, maxItems: 50 }),
    metadata: Type.Optional(
      object({ organizationId: Type.Optional(looseId('ws', 'The organization the key is pinned to.')) }),
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'API key created',
    body: object({
      id: id('ak'),
      name: Type.String(),
      key: secret('Shown once; store it now.'),
      scopes: Type.Array(Type.String()),
      expiresAt: nullable(timestamp()),
    }),
  },
  faults: ['not-a-member', 'plan-limit-reached', 'role-denied'],
  event: 'access-token.created',
  changes: true,
});

export const listApiKeys = operation({
  operationId: 'listApiKeys',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/api-key/list',
  summary: 'List the PATs of the caller, of every organization',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('list', 'list', '*') },
  rateClass: 'quickstart',
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', message: 'API keys fetched successfully', body: apiKey() },
});

export const getApiKey = operation({
  operationId: 'getApiKey',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/api-key/:id',
  summary: 'Get a PAT of the caller, without its secret',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('read', 'read', '{id}') },
  rateClass: 'quickstart',
  params: itemParams,
  success: { status: 200, shape: 'resource', message: 'API key fetched successfully', body: apiKey() },
  faults: ['not-found'],
});

export const updateApiKey = operation({
  operationId: 'updateApiKey',
  service: 'platform',
  method: 'PATCH',
  path: '/api/auth/api-key/:id',
  summary: 'Rename, disable or enable a PAT of the caller',
  description: 'A disabled key is refused by every service from the moment this call returns.',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('update', 'permissions', '{id}') },
  rateClass: 'quickstart',
  params: itemParams,
  body: Type.Object(
    { name: Type.Optional(line(100)), enabled: Type.Optional(Type.Boolean()) },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', message: 'API key updated', body: apiKey() },
  faults: ['not-found'],
  event: 'access-token.updated',
  changes: true,
});

/** Idempotent, and complete in every service when it returns. */
export const deleteApiKey = operation({
  operationId: 'deleteApiKey',
  service: 'platform',
  method: 'DELETE',
  path: '/api/auth/api-key/:id',
  summary: 'Revoke a PAT of the caller for good',
  description: 'No call sent after this one has returned is accepted with the key by any service.',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('delete', 'permissions', '{id}') },
  rateClass: 'quickstart',
  params: itemParams,
  success: { status: 200, shape: 'resource', message: 'API key deleted', body: object({ id: id('ak') }) },
  faults: ['not-found'],
  event: 'access-token.revoked',
  changes: true,
});
