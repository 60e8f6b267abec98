import { operation } from '../operation.ts';
import { id, nullable, object, pageQuery, reference, Type } from '../schema.ts';
import { consumer, endUser, tokens } from './consumer.ts';

export const listUserTenants = operation({
  ...consumer('/tenants'),
  operationId: 'listUserTenants',
  method: 'GET',
  summary: 'List the tenants that the end user is a member of, by name',
  description: 'Only those in use: an archived one is not there until it is restored.',
  access: endUser('read'),
  query: object({ ...pageQuery }),
  success: {
    status: 200,
    shape: 'page',
    body: object({
      id: id('ten'),
      name: Type.String(),
      display_name: Type.String(),
      roles: Type.Array(Type.String(), { description: 'Held there, beside those held everywhere.' }),
      current: Type.Boolean({ description: 'Whether it is the tenant of this very token.' }),
    }),
  },
  event: 'user.tenants-read',
});

export const switchUserTenant = operation({
  ...consumer('/switch-tenant'),
  operationId: 'switchUserTenant',
  method: 'POST',
  summary: 'Go on in another tenant, or in none',
  description:
    'The session is for that tenant from now on: this token says so, and so does whatever its refresh token, which ' +
    'stays the same, is exchanged for. 403 alike for a tenant of another app, an unknown or archived one, and one ' +
    'that the user is no member of. Access tokens from before go on for the tenant they name until they expire.',
  access: endUser('tenants'),
  body: object({ tenant_id: nullable(id('ten', 'Of `GET …/auth/tenants`; null: in none.')) }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      access_token: tokens.access_token,
      token_type: tokens.token_type,
      expires_in: tokens.expires_in,
    }),
  },
  faults: ['tenant-refused', 'unavailable'],
  event: 'session.tenant-switched',
  changes: true,
});

export const leaveUserTenant = operation({
  ...consumer('/tenants/:tenant_id'),
  operationId: 'leaveUserTenant',
  method: 'DELETE',
  summary: 'Leave a tenant',
  description:
    'From the moment this answers no access token for that tenant is taken and none is issued; the user stays a user of ' +
    'the app, and sessions that were for it go on in none: the next refresh gives a token without it. Coming back takes ' +
    'an invite or an administrator. 404 alike for a tenant of another app, an unknown or archived one, and one that the ' +
    'user is no member of. 503 when heimdall-admin, which keeps the record, cannot be reached.',
  access: endUser('tenants'),
  params: object({ app: reference('App id or name.'), tenant_id: id('ten', 'Of `GET …/auth/tenants`.') }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'tenant.leave-requested',
  changes: true,
});
