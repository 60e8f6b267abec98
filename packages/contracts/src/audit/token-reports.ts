import { operation } from '../operation.ts';
import { grantedPolicy, policyBodyBytes } from '../platform/granted-policy.ts';
import { id, nullable, object, oneOf, reference, statements, timestamp, Type } from '../schema.ts';
import { readingTheLog } from './reading-the-log.ts';

const days = (byDefault: number) =>
  Type.Optional(
    Type.Integer({ minimum: 1, maximum: 90, default: byDefault, description: 'How far to look back.' }),
  );

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description && { description }) });

/** Which calls were looked at. */
const window = () => ({
  from: timestamp(),
  to: timestamp(),
  calls_read: count('Calls on which something was decided, the newest first.'),
  complete: Type.Boolean({
    description:
      'False: there were more calls than are looked at, or than could be in time; the eldest are left out.',
  }),
});

/** What it tells of the log is about one PAT, so it is granted apart from reading all of it. */
export const getAccessTokenReport = operation({
  operationId: 'getAccessTokenReport',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/api-keys/:id/report',
  summary: 'Compare what a PAT may do with what it did, and propose a narrower policy',
  description:
    'The proposed policy allows the calls that were allowed, is nowhere wider than the policy the PAT has, and keeps its denials; `POST ' +
    '/v1/policies/replay` tries it on the past.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.api-key.report',
      access: 'read',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:audit:workspace/{workspace}/api-key/{id}',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.'), id: id('pat', 'The PAT.') }),
  query: object({ days: days(90) }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      access_token_id: id('pat'),
      name: Type.String(),
      status: oneOf(['active', 'disabled', 'expired']),
      ...window(),
      last_used: nullable(
        object({ at: timestamp(), ip: nullable(Type.String()), service: nullable(Type.String()) }),
      ),
      used_actions: Type.Array(
        object({
          action: Type.String(),
          calls: count('Calls that the policy of their time allowed.'),
          refused: count('Calls that it, or another layer, refused.'),
          resources: count('How many different ones were allowed.'),
          last_at: nullable(timestamp()),
        }),
        { description: 'By number of calls.' },
      ),
      unused_actions: Type.Array(Type.String(), { description: 'Granted, and not used in the window.' }),
      statements: Type.Array(
        object({
          statement: Type.Integer({ description: 'Index into the policy as it is now.' }),
          effect: oneOf(['allow', 'deny']),
          calls: count('Calls that the policy of now would decide by it.'),
          last_at: nullable(timestamp()),
        }),
      ),
      policy: grantedPolicy(),
      proposed_policy: nullable(grantedPolicy()),
    }),
  },
  faults: ['not-found'],
});

const decidedOtherwise = (description: string) =>
  object(
    {
      calls: count(),
      groups: Type.Array(
        object({
          action: Type.String(),
          resource: Type.String(),
          calls: count(),
          reason: oneOf(['explicit-deny', 'no-match', 'allowed']),
          statement: nullable(Type.Integer({ description: 'Index into the replayed policy.' })),
          first_at: timestamp(),
          last_at: timestamp(),
          rows: Type.Array(Type.String(), { description: 'Ids of the newest of them, three at most.' }),
        }),
        { description: 'By number of calls, 500 at most.' },
      ),
      groups_left_out: count(),
    },
    { description },
  );

/** Decides nothing: it asks the log what a policy would have meant. */
export const replayPolicy = operation({
  operationId: 'replayPolicy',
  service: 'audit',
  method: 'POST',
  path: '/v1/policies/replay',
  summary: 'Try a policy on the calls of the past',
  description:
    'With `policy`, those statements; without it, the policy that the report of `pat_id` proposes. On the calls of ' +
    '`pat_id`, which needs `workspace.api-key.report` on it, or on all calls of the workspace. Calls that the policy layer ' +
    'refused are looked at for what would now be allowed; what another layer refused would be refused again.',
  dialect: 'platform',
  access: readingTheLog({ from: 'implied' }),
  rateClass: 'platform',
  body: object({
    policy: Type.Optional(statements()),
    pat_id: Type.Optional(id('pat')),
    days: days(30),
    workspace_id: Type.Optional(reference('Workspace id or slug.')),
  }),
  maxBodyBytes: policyBodyBytes,
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      policy: grantedPolicy(),
      ...window(),
      refused: decidedOtherwise('Calls that were allowed, and would be refused.'),
      allowed: decidedOtherwise('Calls that were refused for want of a statement, and would be allowed.'),
    }),
  },
  faults: ['not-found', 'conflict'],
});
