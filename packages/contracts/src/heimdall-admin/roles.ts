import { operation } from '../operation.ts';
import { id, line, object, timestamp, Type } from '../schema.ts';
import { appParams } from './apps.ts';
import { underHeimdall } from './prefix.ts';

const permission = () =>
  Type.String({
    maxLength: 130,
    pattern: '^(\\*|[a-z0-9][a-z0-9_.-]{0,62}):(\\*|[a-z0-9][a-z0-9_.-]{0,62})$',
    description: '`resource:verb`, either side may be `*`.',
  });

/** Seed 001. */
export const createRole = operation({
  operationId: 'createRole',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/roles'),
  summary: 'Create a role in an app',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'heimdall.role.create',
      access: 'permissions',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:heimdall:app/{app}/role/*',
      workspace: { from: 'located', locator: 'app' },
    },
  },
  rateClass: 'admin',
  params: appParams,
  body: object({
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$' }),
    display_name: Type.Optional(line(120)),
    permissions: Type.Array(permission(), { maxItems: 200, uniqueItems: true }),
  }),
  success: {
    status: 201,
    shape: 'resource',
    body: object({
      id: id('role'),
      app_id: id('app'),
      name: Type.String(),
      display_name: Type.String(),
      permissions: Type.Array(permission()),
      created_at: timestamp(),
      updated_at: timestamp(),
    }),
  },
  faults: ['conflict'],
  event: 'role.created',
  changes: true,
});
