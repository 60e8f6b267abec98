import { countedLimits, limitNames, planFeatures, planNames } from '@pcft/plans';
import { operation, type Authorization } from '../operation.ts';
import { object, oneOf, pageQuery, timestamp, Type } from '../schema.ts';
import { workspaceParams } from './workspaces.ts';

const figures = (names: readonly string[], description: string) =>
  object(Object.fromEntries(names.map((name) => [name, Type.Integer({ minimum: 0 })])), { description });

const plan = {
  id: oneOf(planNames),
  display_name: Type.String(),
  limits: figures(limitNames, 'Figures of one workspace.'),
  features: Type.Array(oneOf(planFeatures)),
  rates: figures(
    ['platform', 'admin', 'token', 'authorize'],
    'How many times the documents’ figure a credential may call, by rate class.',
  ),
};

const workspacePlan = () =>
  object({
    ...plan,
    used: figures(countedLimits, 'What the workspace has at this moment; tokens that ended do not count.'),
    billing_period: object(
      { from: timestamp(), to: timestamp() },
      { description: 'The calendar month, UTC; `to` is the next one’s first moment.' },
    ),
  });

const authorization = (
  verb: 'read' | 'update',
  access: Authorization['access'],
  lowestRole: Authorization['lowestRole'],
): Authorization => ({
  action: `workspace.plan.${verb}`,
  access,
  lowestRole,
  scopes: [verb === 'read' ? 'subscription:read' : 'subscription:write'],
  resource: 'pcft:platform:workspace/{workspace}',
  workspace: { from: 'path', param: 'ws' },
});

export const listPlans = operation({
  operationId: 'listPlans',
  service: 'platform',
  method: 'GET',
  path: '/v1/plans',
  summary: 'List the plans, the smallest first',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'platform',
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: object(plan) },
});

export const getWorkspacePlan = operation({
  operationId: 'getWorkspacePlan',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/plan',
  summary: 'Get the plan of a workspace, and what of it is used',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('read', 'read', 'member') },
  rateClass: 'platform',
  params: workspaceParams,
  success: { status: 200, shape: 'resource', body: workspacePlan() },
});

/** Seed 002's `subscription`; payments are somebody else's. */
export const updateWorkspacePlan = operation({
  operationId: 'updateWorkspacePlan',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/plan',
  summary: 'Change the plan of a workspace (owners only)',
  description:
    'A plan that allows less than the workspace has is refused with 409, naming each limit and feature that is in ' +
    'the way: nothing is ever above its limit, and nothing is taken away silently.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'write', 'owner') },
  rateClass: 'platform',
  params: workspaceParams,
  body: object({ plan: oneOf(planNames) }),
  success: { status: 200, shape: 'resource', body: workspacePlan() },
  faults: ['conflict'],
  event: 'workspace.plan-changed',
  changes: true,
});
