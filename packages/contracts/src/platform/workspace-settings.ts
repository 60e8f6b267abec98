import { operation, type Authorization } from '../operation.ts';
import { nullable, object, oneOf, Type } from '../schema.ts';
import { workspaceParams } from './workspaces.ts';

const maxTokenLifetime = () =>
  nullable(
    Type.Integer({
      minimum: 60,
      maximum: 315_360_000,
      description: 'No PAT works longer than this after it was minted; `null`: no such end.',
    }),
  );
const whoMayMint = () => oneOf(['owner', 'admin', 'member'], 'The lowest role that may mint PATs.');
const leakedTokenAction = () =>
  oneOf(
    ['revoke', 'quarantine'],
    'What happens to a PAT that was found in public; `quarantine` disables it.',
  );

const settings = () =>
  object({
    max_token_lifetime_seconds: maxTokenLifetime(),
    who_may_mint: whoMayMint(),
    leaked_token_action: leakedTokenAction(),
  });

const authorization = (verb: 'read' | 'update', access: Authorization['access']): Authorization => ({
  action: `workspace.settings.${verb}`,
  access,
  lowestRole: 'admin',
  scopes: [],
  resource: 'pcft:platform:workspace/{workspace}',
  workspace: { from: 'path', param: 'ws' },
});

export const getWorkspaceSettings = operation({
  operationId: 'getWorkspaceSettings',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/settings',
  summary: 'Get what a workspace says of the PATs that reach it',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('read', 'read') },
  rateClass: 'platform',
  params: workspaceParams,
  success: { status: 200, shape: 'resource', body: settings() },
});

export const updateWorkspaceSettings = operation({
  operationId: 'updateWorkspaceSettings',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/settings',
  summary: 'Change what a workspace says of the PATs that reach it',
  description:
    'A shorter `max_token_lifetime_seconds` holds for PATs that exist: when the call has returned, every service ' +
    'refuses those that are older. An account-wide PAT reaches the workspace only while its account could mint one ' +
    'here, and no longer than one minted here would.',
  dialect: 'platform',
  access: { kind: 'policy', authorization: authorization('update', 'permissions') },
  rateClass: 'platform',
  params: workspaceParams,
  body: Type.Object(
    {
      max_token_lifetime_seconds: Type.Optional(maxTokenLifetime()),
      who_may_mint: Type.Optional(whoMayMint()),
      leaked_token_action: Type.Optional(leakedTokenAction()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: settings() },
  event: 'workspace.settings-updated',
  changes: true,
});
