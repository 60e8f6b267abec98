import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import { id, line, object, pageQuery, reference, timestamp, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { appParams } from './apps.ts';
import { permission, permissions } from './permission.ts';
import { underHeimdall } from './prefix.ts';

/** The name of a role, which tokens carry. */
export const roleName = (description = 'Name of a role of the app.') =>
  Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$', description });

/** Seed 001: a role as it is printed there. */
const role = () =>
  object({
    id: id('role'),
    app_id: id('app'),
    name: Type.String(),
    display_name: Type.String(),
    permissions: Type.Array(permission()),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

const roleParams = object({ app: reference('App id or name.'), role_name: roleName() });

const authorization = (verb: 'create' | 'list' | 'read' | 'update' | 'delete', access: AccessLevel) =>
  administeringAnApp(`heimdall.role.${verb}`, access, { part: 'role/*' });

/** Seed 001. */
export const createRole = operation({
  operationId: 'createRole',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/roles'),
  summary: 'Create a role in an app',
  dialect: 'platform',
  access: authorization('create', 'permissions'),
  rateClass: 'admin',
  params: appParams,
  body: object({
    name: roleName('Unique in the app, for good.'),
    display_name: Type.Optional(line(120)),
    permissions: permissions(),
  }),
  success: { status: 201, shape: 'resource', body: role() },
  faults: ['conflict'],
  event: 'role.created',
  changes: true,
});

export const listRoles = operation({
  operationId: 'listRoles',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/roles'),
  summary: 'List the roles of an app',
  dialect: 'platform',
  access: authorization('list', 'list'),
  rateClass: 'admin',
  params: appParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: role() },
});

export const getRole = operation({
  operationId: 'getRole',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/roles/:role_name'),
  summary: 'Get a role of an app by name',
  dialect: 'platform',
  access: authorization('read', 'read'),
  rateClass: 'admin',
  params: roleParams,
  success: { status: 200, shape: 'resource', body: role() },
});

export const updateRole = operation({
  operationId: 'updateRole',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/roles/:role_name'),
  summary: 'Change a role of an app, its permissions included',
  description:
    'The permissions replace the ones before. When this call has returned, authorize decides by them, also for ' +
    'tokens that are older. 503: changed, and it follows by itself.',
  dialect: 'platform',
  access: authorization('update', 'permissions'),
  rateClass: 'admin',
  params: roleParams,
  body: Type.Object(
    { display_name: Type.Optional(line(120)), permissions: Type.Optional(permissions()) },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: role() },
  faults: ['conflict', 'unavailable'],
  event: 'role.updated',
  changes: true,
});

export const deleteRole = operation({
  operationId: 'deleteRole',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/roles/:role_name'),
  summary: 'Delete a role of an app and take it from whoever has it',
  description:
    'When this call has returned, authorize decides without the role. 503: deleted, and it follows by itself; repeat ' +
    'the call until it answers 404.',
  dialect: 'platform',
  access: authorization('delete', 'permissions'),
  rateClass: 'admin',
  params: roleParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'role.deleted',
  changes: true,
});
