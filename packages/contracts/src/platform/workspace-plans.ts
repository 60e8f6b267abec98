import { planNames } from '@pcft/plans';
import { operation } from '../operation.ts';
import { id, object, oneOf, Type } from '../schema.ts';

const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

/** Audit keeps rows for as long as a workspace's plan promises; nobody's call stands behind the question. */
export const readWorkspacePlans = operation({
  operationId: 'readWorkspacePlans',
  service: 'platform',
  method: 'GET',
  path: '/internal/v1/workspace-plans',
  summary: 'Read the plans of workspaces, the closed ones among them',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  query: object({
    ids: Type.String({
      pattern: `^ws_${ulid}(,ws_${ulid}){0,99}$`,
      maxLength: 2_999,
      description: 'Ids, comma separated; 100 at most.',
    }),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      plans: Type.Array(object({ workspace_id: id('ws'), plan: oneOf(planNames) }), {
        description: 'Of those that there are.',
      }),
    }),
  },
  faults: ['policy-denied'],
});
