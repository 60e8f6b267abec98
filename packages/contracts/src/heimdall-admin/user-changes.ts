import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import {
  email,
  id,
  line,
  metadata,
  nullable,
  object,
  oneOf,
  reference,
  secret,
  Type,
  type TProperties,
} from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { appParams } from './apps.ts';
import { underHeimdall } from './prefix.ts';
import { roleName } from './roles.ts';
import { user } from './users.ts';

const userParams = <P extends TProperties>(more: P) =>
  object({ app: reference('App id or name.'), user_id: id('usr', 'The user.'), ...more });

const authorization = (action: string, access: AccessLevel, resource = '{user_id}') =>
  administeringAnApp(action, access, { part: `user/${resource}` });

export const getUser = operation({
  operationId: 'getUser',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/users/:user_id'),
  summary: 'Get an end user by id',
  dialect: 'platform',
  access: authorization('heimdall.user.read', 'read'),
  rateClass: 'admin',
  params: userParams({}),
  success: { status: 200, shape: 'resource', body: user() },
});

export const updateUser = operation({
  operationId: 'updateUser',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/users/:user_id'),
  summary: 'Update an end user',
  description:
    '`metadata` is merged key by key; `null` removes one. Another address is unverified unless `email_verified` says ' +
    'otherwise. A new password ends every session of the user. `status: active` reactivates a deactivated user, whose ' +
    'earlier sessions stay ended. 503: changed, and it follows by itself.',
  dialect: 'platform',
  access: authorization('heimdall.user.update', 'write'),
  rateClass: 'admin',
  params: userParams({}),
  body: Type.Object(
    {
      email: Type.Optional(email()),
      email_verified: Type.Optional(Type.Boolean()),
      display_name: Type.Optional(line(120)),
      password: Type.Optional(secret('The new password.', { minLength: 1, maxLength: 1024 })),
      metadata: Type.Optional(metadata()),
      status: Type.Optional(oneOf(['active'])),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: user() },
  faults: ['conflict', 'unavailable'],
  event: 'user.updated',
  changes: true,
});

export const deactivateUser = operation({
  operationId: 'deactivateUser',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/users/:user_id'),
  summary: 'Deactivate an end user',
  description:
    'When this call has returned, the user cannot sign in, refresh tokens are refused and authorize says no to access ' +
    'tokens. Nothing is erased. Repeating it changes nothing. 503: deactivated, and it follows by itself.',
  dialect: 'platform',
  access: authorization('heimdall.user.delete', 'delete'),
  rateClass: 'admin',
  params: userParams({}),
  success: { status: 200, shape: 'resource', body: user() },
  faults: ['unavailable'],
  event: 'user.deactivated',
  changes: true,
});

/** Seed 001 prints its audit row. */
export const assignUserRole = operation({
  operationId: 'assignUserRole',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/users/:user_id/roles'),
  summary: 'Assign a role to an end user',
  description:
    'To have it already is no fault: nothing changes. 404 also for a role that the app does not have.',
  dialect: 'platform',
  access: authorization('heimdall.role.assign', 'permissions'),
  rateClass: 'admin',
  params: userParams({}),
  body: object({ role: roleName() }),
  success: { status: 200, shape: 'resource', body: user() },
  faults: ['conflict'],
  event: 'role.assigned',
  changes: true,
});

export const removeUserRole = operation({
  operationId: 'removeUserRole',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/users/:user_id/roles/:role_name'),
  summary: 'Remove a role from an end user',
  description:
    'Not to have it is no fault: nothing changes. When this call has returned, authorize decides without it. 503: ' +
    'removed, and it follows by itself.',
  dialect: 'platform',
  access: authorization('heimdall.role.remove', 'permissions'),
  rateClass: 'admin',
  params: userParams({ role_name: roleName() }),
  success: { status: 200, shape: 'resource', body: user() },
  faults: ['unavailable'],
  event: 'role.removed',
  changes: true,
});

/** The count of users one call may bring. */
const mostImported = 500;

export const importUsers = operation({
  operationId: 'importUsers',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/users/import'),
  summary: 'Import end users of another system, with their password hashes',
  description:
    'Every row has its result: an address that the app has already is left alone, a row that cannot be taken does not ' +
    'hold up the others. Hashes: bcrypt (`$2a$`, `$2b$`, `$2y$`, cost 4 to 12) and argon2id in PHC form (memory up to ' +
    '100 MiB, up to 10 passes, up to 16 lanes, memory times passes up to 256 MiB). They are verified as they are and replaced at the next sign-in.',
  dialect: 'platform',
  access: authorization('heimdall.user.import', 'write', '*'),
  rateClass: 'admin',
  params: appParams,
  maxBodyBytes: 1024 * 1024,
  body: object({
    users: Type.Array(
      object({
        email: email(),
        display_name: Type.Optional(line(120)),
        password_hash: Type.Optional(
          secret('Without one the user cannot sign in by password.', { minLength: 1, maxLength: 300 }),
        ),
        email_verified: Type.Optional(Type.Boolean()),
        roles: Type.Optional(Type.Array(roleName(), { maxItems: 20, uniqueItems: true })),
        metadata: Type.Optional(metadata()),
      }),
      { minItems: 1, maxItems: mostImported },
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      created: Type.Integer(),
      existing: Type.Integer(),
      invalid: Type.Integer(),
      results: Type.Array(
        object({
          index: Type.Integer({ description: 'Of the row, from 0.' }),
          status: oneOf(['created', 'exists', 'invalid']),
          id: nullable(id('usr')),
          error: nullable(object({ field: Type.String(), reason: Type.String() })),
        }),
      ),
    }),
  },
  faults: ['conflict'],
  event: 'users.imported',
  changes: true,
});
