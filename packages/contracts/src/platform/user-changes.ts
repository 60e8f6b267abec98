import { operation } from '../operation.ts';
import { line, object, Type } from '../schema.ts';
import { ownAccount, proofBody } from './own-account.ts';
import { getCurrentUser } from './user.ts';

export const updateCurrentUser = operation({
  operationId: 'updateCurrentUser',
  service: 'platform',
  method: 'PATCH',
  path: '/api/user/me',
  summary: 'Change the name or handle of the own account',
  dialect: 'quickstart',
  access: ownAccount('account.update', 'write', { scopes: ['user:write'] }),
  rateClass: 'quickstart',
  body: object({
    fullName: Type.Optional(line(120, 'Full name.')),
    handle: Type.Optional(
      Type.String({ pattern: '^[a-z0-9]{2,40}$', description: 'Lower-case letters and digits; unique.' }),
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'User updated successfully',
    body: getCurrentUser.success.body,
  },
  faults: ['conflict'],
  event: 'account.updated',
  changes: true,
});

export const deleteCurrentUser = operation({
  operationId: 'deleteCurrentUser',
  service: 'platform',
  method: 'POST',
  path: '/api/user/delete',
  summary: 'Delete the own account, for good',
  description:
    'Workspaces without another member are closed with it. 409 names those in which somebody else has to become an ' +
    'owner first. Sessions and PATs have ended in every service when the call has returned; the address is free again.',
  dialect: 'quickstart',
  access: ownAccount('account.delete', 'permissions'),
  rateClass: 'quickstart',
  body: proofBody(),
  success: { status: 200, shape: 'resource', message: 'Account deleted', body: object({}) },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict'],
  event: 'account.deleted',
  changes: true,
});
