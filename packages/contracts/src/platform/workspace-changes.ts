import { operation } from '../operation.ts';
import { id, line, object, reference, slug, timestamp, Type } from '../schema.ts';
import { workspace, workspaceParams, workspaceService } from './workspaces.ts';

export const updateWorkspace = operation({
  operationId: 'updateWorkspace',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws',
  summary: 'Rename a workspace',
  description: 'A slug that the workspace had before stays its alias for good, and may be taken up again.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.update',
      access: 'write',
      lowestRole: 'admin',
      scopes: ['user:write'],
      resource: 'pcft:platform:workspace/{workspace}',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: workspaceParams,
  body: Type.Object(
    { slug: Type.Optional(slug('Unique in the suite.')), display_name: Type.Optional(line(120)) },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: workspace() },
  faults: ['conflict'],
  event: 'workspace.updated',
  changes: true,
});

export const deleteWorkspace = operation({
  operationId: 'deleteWorkspace',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/workspaces/:ws',
  summary: 'Close a workspace; its owners may restore it for a while',
  description:
    'When this call has returned, every service refuses the PATs of the workspace, and to its members it does not ' +
    'exist any more. Nothing is erased: an owner may restore it until `restorable_until`.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.delete',
      access: 'delete',
      lowestRole: 'owner',
      scopes: ['user:write'],
      resource: 'pcft:platform:workspace/{workspace}',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: workspaceParams,
  success: {
    status: 200,
    shape: 'resource',
    body: object({ id: id('ws'), closed_at: timestamp(), restorable_until: timestamp() }),
  },
  event: 'workspace.closed',
  changes: true,
});

/**
 * To everything but this operation a closed workspace is absent, so no policy can be decided in it: the use case asks
 * for a session of one of its owners.
 */
export const restoreWorkspace = operation({
  operationId: 'restoreWorkspace',
  service: 'platform',
  method: 'POST',
  path: '/v1/workspaces/:ws/restore',
  summary: 'Restore a closed workspace; for its owners, signed in',
  description:
    'Members, PATs and services are as they were. Restoring one that is open changes nothing. 404 for everybody who ' +
    'is not an owner, 409 when the time to restore it is over.',
  dialect: 'platform',
  access: { kind: 'credential' },
  rateClass: 'platform',
  params: workspaceParams,
  success: { status: 200, shape: 'resource', body: workspace() },
  faults: ['policy-denied', 'not-found', 'conflict'],
  event: 'workspace.restored',
  changes: true,
});

export const updateService = operation({
  operationId: 'updateService',
  service: 'platform',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/services/:service',
  summary: 'Enable or disable a service for a workspace',
  description:
    'When the call that disables it has returned, the service answers 403 `SERVICE_DISABLED` in this workspace. ' +
    'Platform cannot be disabled.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.service.update',
      access: 'permissions',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:platform:workspace/{workspace}/service/{service}',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: object({
    ws: reference('Workspace id or slug.'),
    service: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$', description: 'As the list names it.' }),
  }),
  body: object({ enabled: Type.Boolean() }),
  success: { status: 200, shape: 'resource', body: workspaceService() },
  faults: ['conflict'],
  event: 'workspace.service-updated',
  changes: true,
});
