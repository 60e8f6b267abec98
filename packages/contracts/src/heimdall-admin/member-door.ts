import { operation } from '../operation.ts';
import { id, object } from '../schema.ts';

/**
 * A user who leaves a tenant, for whom tokens vouches. Its audit row, whose actor is that user, and its directory record are
 * committed with it, and it is in force in tokens when the call returns (503: committed, and it follows).
 */
export const leaveTenant = operation({
  operationId: 'leaveTenant',
  service: 'heimdall-admin',
  method: 'DELETE',
  path: '/internal/v1/apps/:app_id/users/:user_id/tenants/:tenant_id',
  summary: 'Leave a tenant on behalf of an end user',
  description:
    'Not to be a member changes nothing, so it may be repeated. 404: no such app or user. 409: the app is archived.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: object({ app_id: id('app'), user_id: id('usr'), tenant_id: id('ten') }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['policy-denied', 'not-found', 'conflict', 'unavailable'],
});
