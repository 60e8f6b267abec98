import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import { id, line, metadata, object, oneOf, pageQuery, reference, slug, timestamp, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { appParams } from './apps.ts';
import { underHeimdall } from './prefix.ts';

/** A customer organization inside an app. */
const tenant = () =>
  object({
    id: id('ten'),
    app_id: id('app'),
    name: Type.String(),
    display_name: Type.String(),
    status: oneOf(['active', 'archived']),
    metadata: metadata(),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

export const tenantParams = object({
  app: reference('App id or name.'),
  tenant: reference('Tenant id or name.'),
});

const authorization = (verb: 'create' | 'list' | 'read' | 'update' | 'delete', access: AccessLevel) =>
  administeringAnApp(
    `heimdall.tenant.${verb}`,
    access,
    verb === 'create' || verb === 'list'
      ? { part: 'tenant/*' }
      : { part: 'tenant/{tenant}', locator: 'tenant' },
  );

const tenantName = () =>
  Type.Optional(slug('Unique among the tenants of the app, for as long as the tenant is there.'));

export const createTenant = operation({
  operationId: 'createTenant',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tenants'),
  summary: 'Create a tenant, a customer organization inside an app',
  description: '`name` and `slug` are one field with two spellings; one of them is needed.',
  dialect: 'platform',
  access: authorization('create', 'write'),
  rateClass: 'admin',
  params: appParams,
  body: object({
    name: tenantName(),
    slug: tenantName(),
    display_name: Type.Optional(line(120)),
    metadata: Type.Optional(metadata()),
  }),
  success: { status: 201, shape: 'resource', body: tenant() },
  faults: ['conflict'],
  event: 'tenant.created',
  changes: true,
});

export const listTenants = operation({
  operationId: 'listTenants',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/tenants'),
  summary: 'List the tenants of an app',
  dialect: 'platform',
  access: authorization('list', 'list'),
  rateClass: 'admin',
  params: appParams,
  query: object({
    ...pageQuery,
    status: Type.Optional(oneOf(['active', 'archived'])),
    user_id: Type.Optional(id('usr', 'Only tenants that this user is a member of.')),
  }),
  success: { status: 200, shape: 'page', body: tenant() },
});

export const getTenant = operation({
  operationId: 'getTenant',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant'),
  summary: 'Get a tenant by id or name',
  dialect: 'platform',
  access: authorization('read', 'read'),
  rateClass: 'admin',
  params: tenantParams,
  success: { status: 200, shape: 'resource', body: tenant() },
});

export const updateTenant = operation({
  operationId: 'updateTenant',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant'),
  summary: 'Update, archive or restore a tenant',
  description:
    '`metadata` is merged key by key; `null` removes one. While a tenant is archived no token is issued for it and ' +
    'authorize says no to those that are out; its members stay. In force when the call returns. 503: changed, and it ' +
    'follows by itself.',
  dialect: 'platform',
  access: authorization('update', 'write'),
  rateClass: 'admin',
  params: tenantParams,
  body: Type.Object(
    {
      display_name: Type.Optional(line(120)),
      metadata: Type.Optional(metadata()),
      status: Type.Optional(oneOf(['active', 'archived'])),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: tenant() },
  faults: ['conflict', 'unavailable'],
  event: 'tenant.updated',
  changes: true,
});

export const deleteTenant = operation({
  operationId: 'deleteTenant',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant'),
  summary: 'Delete a tenant, its memberships and the invites to it',
  description:
    'Its users stay users of the app. When this call has returned, authorize says no to tokens that are for the ' +
    'tenant. The name is free again. 503: deleted, and it follows by itself; repeat the call until it answers 404.',
  dialect: 'platform',
  access: authorization('delete', 'delete'),
  rateClass: 'admin',
  params: tenantParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'tenant.deleted',
  changes: true,
});
