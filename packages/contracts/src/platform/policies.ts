import { operation } from '../operation.ts';
import { id, nullable, object, oneOf, pageQuery, statements, timestamp, Type } from '../schema.ts';
import { policyBodyBytes, policyWarnings } from './granted-policy.ts';

const levels = ['list', 'read', 'write', 'delete', 'permissions'] as const;
const effect = () => oneOf(['allow', 'deny']);

/** The catalogue as the declarations make it: what a policy may name. */
export const listActions = operation({
  operationId: 'listActions',
  service: 'platform',
  method: 'GET',
  path: '/v1/actions',
  summary: 'List every action there is',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  query: object({ ...pageQuery }),
  success: {
    status: 200,
    shape: 'page',
    body: object({
      action: Type.String(),
      description: Type.String(),
      access: oneOf(levels),
      resource: Type.String({ description: 'URN template.' }),
      lowest_role: oneOf(['owner', 'admin', 'member'], 'The lowest role that may use or grant it.'),
      scopes: Type.Array(Type.String(), { description: 'The scopes that hold it.' }),
    }),
  },
});

const explanation = () =>
  object({
    layer: oneOf(['pin', 'role_cap', 'service', 'conditions', 'boundary', 'policy']),
    effect: effect(),
    reason: Type.String(),
    statement: nullable(Type.Integer({ description: 'Index into the statements of the layer.' })),
  });

/**
 * About the caller itself, a policy that it holds before it is granted, or a PAT it may see. What it may see is asked
 * of its own layers, so no authorization of its own stands here.
 */
export const simulatePolicy = operation({
  operationId: 'simulatePolicy',
  service: 'platform',
  method: 'POST',
  path: '/v1/policies/simulate',
  summary: 'Decide without doing: what would be allowed, and what decides',
  description:
    'With `policy`, statements are tried for the account of the caller; with `policy_id`, those of a managed policy it may read; with `pat_id`, a PAT the caller may read; ' +
    'with none of them, the credential itself. Decided in `workspace_id`, else the workspace of the PAT, else the one the ' +
    'credential implies, and by the role the account has there now. A disabled or expired PAT is decided as if it ' +
    'were active; `token_status` says what it is.',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  body: object({
    policy: Type.Optional(statements()),
    pat_id: Type.Optional(id('pat')),
    policy_id: Type.Optional(id('pol')),
    action: Type.String({ minLength: 1, maxLength: 128, description: 'One of the catalogue.' }),
    resource: Type.String({ minLength: 1, maxLength: 512, description: 'A URN, or a collection.' }),
    ip: Type.Optional(
      Type.String({ pattern: '^[0-9A-Fa-f:.]{2,45}$', description: "By default the caller's own." }),
    ),
    time: Type.Optional(timestamp()),
    workspace_id: Type.Optional(id('ws')),
  }),
  maxBodyBytes: policyBodyBytes,
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      allowed: Type.Boolean(),
      action: Type.String(),
      resource: Type.String(),
      workspace_id: id('ws'),
      role: nullable(
        oneOf(
          ['owner', 'admin', 'member'],
          'Role of the account, of a custom one the base; null: no member.',
        ),
      ),
      custom_role: nullable(object({ id: id('rol'), name: Type.String() })),
      token_status: nullable(oneOf(['active', 'disabled', 'expired'])),
      deciding: explanation(),
      source: nullable(
        object(
          {
            policy_id: id('pol'),
            version: Type.Integer(),
            statement: Type.Integer({ description: 'Index into the statements of that policy.' }),
          },
          { description: 'Where the deciding statement stands, if in a managed policy.' },
        ),
      ),
      layers: Type.Array(explanation(), { description: 'Each layer, in the order in which they decide.' }),
      warnings: policyWarnings(),
    }),
  },
  faults: ['not-found', 'workspace-required'],
});
