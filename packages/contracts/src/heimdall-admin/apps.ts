import { operation, type Authorization } from '../operation.ts';
import { id, line, metadata, object, oneOf, pageQuery, reference, slug, timestamp, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { underHeimdall } from './prefix.ts';

/** Seed 001: an app as it is printed there. */
export const app = () =>
  object({
    id: id('app'),
    name: Type.String(),
    slug: Type.String({ description: 'The same as `name`; seed 000 spells it so.' }),
    workspace_id: id('ws'),
    display_name: Type.String(),
    status: oneOf(['active', 'archived']),
    metadata: metadata(),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

export const appParams = object({ app: reference('App id or name.') });

const collection = (
  verb: 'create' | 'list',
  workspace: Authorization['workspace'],
): { kind: 'policy'; authorization: Authorization } => ({
  kind: 'policy',
  authorization: {
    action: `heimdall.app.${verb}`,
    access: verb === 'list' ? 'list' : 'write',
    lowestRole: 'admin',
    scopes: [],
    resource: 'pcft:heimdall:app/*',
    workspace,
  },
});

/** Seed 000, step 4. */
export const createWorkspaceApp = operation({
  operationId: 'createWorkspaceApp',
  service: 'heimdall-admin',
  method: 'POST',
  path: '/v1/workspaces/:ws/apps',
  summary: 'Create an app in a workspace',
  dialect: 'platform',
  access: collection('create', { from: 'path', param: 'ws' }),
  rateClass: 'admin',
  params: object({ ws: reference('Workspace id or slug.') }),
  body: object({
    slug: slug('The name of the app: global, for good.'),
    display_name: line(120),
    metadata: Type.Optional(metadata()),
  }),
  success: { status: 201, shape: 'resource', body: app() },
  faults: ['conflict'],
  event: 'app.created',
  changes: true,
});

/** Seed 001. `name` or `slug`, one of the two. */
export const createApp = operation({
  operationId: 'createApp',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps'),
  summary: 'Create an app in the implied workspace',
  dialect: 'platform',
  access: collection('create', { from: 'implied' }),
  rateClass: 'admin',
  body: object({
    name: Type.Optional(slug('The name of the app: global, for good.')),
    slug: Type.Optional(slug('Another spelling of `name`.')),
    display_name: line(120),
    metadata: Type.Optional(metadata()),
    workspace_id: Type.Optional(
      reference('Workspace id or slug; needed when the credential reaches several.'),
    ),
  }),
  success: { status: 201, shape: 'resource', body: app() },
  faults: ['conflict', 'not-found'],
  event: 'app.created',
  changes: true,
});

export const listApps = operation({
  operationId: 'listApps',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps'),
  summary: 'List the apps of every workspace the caller may see',
  dialect: 'platform',
  access: collection('list', { from: 'span' }),
  rateClass: 'admin',
  query: object({
    ...pageQuery,
    workspace_id: Type.Optional(reference('Only this workspace.')),
    status: Type.Optional(oneOf(['active', 'archived'])),
  }),
  success: { status: 200, shape: 'page', body: app() },
});

export const getApp = operation({
  operationId: 'getApp',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app'),
  summary: 'Get an app by id or name',
  dialect: 'platform',
  access: administeringAnApp('heimdall.app.read', 'read'),
  rateClass: 'admin',
  params: appParams,
  success: { status: 200, shape: 'resource', body: app() },
});
