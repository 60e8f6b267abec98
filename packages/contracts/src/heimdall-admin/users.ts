import { operation } from '../operation.ts';
import { email, id, line, metadata, object, oneOf, pageQuery, secret, timestamp, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { appParams } from './apps.ts';
import { underHeimdall } from './prefix.ts';
import { roleName } from './roles.ts';

/** Seed 001: an end user as it is printed there. */
export const user = () =>
  object({
    id: id('usr'),
    app_id: id('app'),
    email: email(),
    email_verified: Type.Boolean(),
    display_name: Type.String(),
    roles: Type.Array(Type.String()),
    status: oneOf(['active', 'deactivated']),
    metadata: metadata(),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

export const createUser = operation({
  operationId: 'createUser',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/users'),
  summary: 'Create an end user in an app',
  dialect: 'platform',
  access: administeringAnApp('heimdall.user.create', 'write', { part: 'user/*' }),
  rateClass: 'admin',
  params: appParams,
  body: object({
    email: email(),
    display_name: Type.Optional(line(120)),
    password: Type.Optional(
      secret('Without one the user cannot sign in by password.', { minLength: 1, maxLength: 1024 }),
    ),
    role: Type.Optional(roleName()),
    metadata: Type.Optional(metadata()),
  }),
  success: { status: 201, shape: 'resource', body: user() },
  faults: ['conflict'],
  event: 'user.created',
  changes: true,
});

export const listUsers = operation({
  operationId: 'listUsers',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/users'),
  summary: 'List the end users of an app',
  dialect: 'platform',
  access: administeringAnApp('heimdall.user.list', 'list', { part: 'user/*' }),
  rateClass: 'admin',
  params: appParams,
  query: object({
    ...pageQuery,
    status: Type.Optional(oneOf(['active', 'deactivated'])),
    role: Type.Optional(roleName('Only users who have this role.')),
    email_prefix: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 254,
        description: 'The beginning of the address, in any case.',
      }),
    ),
  }),
  success: { status: 200, shape: 'page', body: user() },
});
