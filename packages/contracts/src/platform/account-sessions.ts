import { operation } from '../operation.ts';
import { id, nullable, object, oneOf, pageQuery, timestamp, Type } from '../schema.ts';
import { ownAccount } from './own-account.ts';

const accountSession = () =>
  object({
    id: id('ses'),
    current: Type.Boolean({ description: 'The one that asks.' }),
    device: object({
      label: Type.String({ description: 'E.g. `Firefox on Linux`.' }),
      browser: nullable(Type.String()),
      os: nullable(Type.String()),
      type: oneOf(['desktop', 'mobile', 'tablet', 'tv', 'bot', 'unknown']),
    }),
    ip_address: nullable(Type.String({ description: 'From which it was opened.' })),
    created_at: timestamp(),
    last_seen_at: nullable(timestamp()),
    idle_expires_at: timestamp(),
    expires_at: timestamp(),
  });

/** Live sessions, the one seen last first. */
export const listAccountSessions = operation({
  operationId: 'listAccountSessions',
  service: 'platform',
  method: 'GET',
  path: '/v1/account/sessions',
  summary: 'List the sessions of the own account',
  description: '`last_seen_at` is noted at most once a minute.',
  dialect: 'platform',
  access: ownAccount('account.session.list', 'list', { below: '/session/*' }),
  rateClass: 'platform',
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: accountSession() },
});

export const revokeAccountSession = operation({
  operationId: 'revokeAccountSession',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/account/sessions/:id',
  summary: 'End a session of the own account',
  description: 'When the call has returned, no service accepts it.',
  dialect: 'platform',
  access: ownAccount('account.session.delete', 'delete', { below: '/session/{id}' }),
  rateClass: 'platform',
  params: object({ id: id('ses', 'The session.') }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['not-found'],
  event: 'session.revoked',
  changes: true,
});

export const revokeOtherAccountSessions = operation({
  operationId: 'revokeOtherAccountSessions',
  service: 'platform',
  method: 'DELETE',
  path: '/v1/account/sessions',
  summary: 'End all other sessions of the own account',
  dialect: 'platform',
  access: ownAccount('account.session.delete-others', 'delete', { below: '/session/*' }),
  rateClass: 'platform',
  success: {
    status: 200,
    shape: 'resource',
    body: object({ revoked: Type.Integer({ description: 'How many were live.' }) }),
  },
  event: 'session.others-revoked',
  changes: true,
});
