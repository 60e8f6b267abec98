import type { AccessLevel } from '@pcft/policy';
import { operation } from '../operation.ts';
import { email, id, nullable, object, pageQuery, reference, timestamp, Type } from '../schema.ts';
import { administeringAnApp } from './administering-an-app.ts';
import { underHeimdall } from './prefix.ts';
import { roleName } from './roles.ts';
import { tenantParams } from './tenants.ts';

/** A user of the app in one of its tenants. */
const tenantMember = () =>
  object({
    tenant_id: id('ten'),
    user_id: id('usr'),
    email: email(),
    display_name: Type.String(),
    role: nullable(Type.String({ description: 'In this tenant. `null`: the role was deleted.' })),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

const memberParams = object({
  app: reference('App id or name.'),
  tenant: reference('Tenant id or name.'),
  user_id: id('usr'),
});

const authorization = (verb: 'list' | 'add' | 'update' | 'remove', access: AccessLevel) =>
  administeringAnApp(`heimdall.tenant-member.${verb}`, access, {
    part: 'tenant/{tenant}/member/*',
    locator: 'tenant',
  });

export const listTenantMembers = operation({
  operationId: 'listTenantMembers',
  service: 'heimdall-admin',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant/members'),
  summary: 'List the members of a tenant',
  dialect: 'platform',
  access: authorization('list', 'list'),
  rateClass: 'admin',
  params: tenantParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: tenantMember() },
});

export const addTenantMember = operation({
  operationId: 'addTenantMember',
  service: 'heimdall-admin',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant/members'),
  summary: 'Make a user of the app a member of a tenant',
  description:
    'With a role of the app that counts in tokens for this tenant only, beside the roles the user has everywhere. To ' +
    'be a member with that role already is no fault: nothing changes. 409: a member with another role (PATCH changes ' +
    'it), or the tenant is archived.',
  dialect: 'platform',
  access: authorization('add', 'permissions'),
  rateClass: 'admin',
  params: tenantParams,
  body: object({ user_id: id('usr'), role: roleName() }),
  success: { status: 200, shape: 'resource', body: tenantMember() },
  faults: ['conflict'],
  event: 'tenant.member.added',
  changes: true,
});

export const updateTenantMember = operation({
  operationId: 'updateTenantMember',
  service: 'heimdall-admin',
  method: 'PATCH',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant/members/:user_id'),
  summary: 'Give a member of a tenant another role there',
  description:
    'When this call has returned, authorize decides by the new role. 503: changed, and it follows by itself.',
  dialect: 'platform',
  access: authorization('update', 'permissions'),
  rateClass: 'admin',
  params: memberParams,
  body: object({ role: roleName() }),
  success: { status: 200, shape: 'resource', body: tenantMember() },
  faults: ['conflict', 'unavailable'],
  event: 'tenant.member.updated',
  changes: true,
});

export const removeTenantMember = operation({
  operationId: 'removeTenantMember',
  service: 'heimdall-admin',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/tenants/:tenant/members/:user_id'),
  summary: 'Remove a user from a tenant',
  description:
    'When this call has returned, no token for the tenant is issued to the user, and authorize says no to those that ' +
    'are out. The user stays a user of the app. Not to be a member is no fault: nothing changes. 503: removed, and it ' +
    'follows by itself.',
  dialect: 'platform',
  access: authorization('remove', 'permissions'),
  rateClass: 'admin',
  params: memberParams,
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'tenant.member.removed',
  changes: true,
});
