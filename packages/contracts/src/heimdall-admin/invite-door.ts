import { operation } from '../operation.ts';
import { email, id, line, object, secret, Type } from '../schema.ts';
import { recordedUser, passwordHash } from './user-door.ts';

const inviteToken = () => secret('The token of the invite.', { minLength: 1, maxLength: 100 });
const doorParams = object({ app_id: id('app') });

/** What tokens has to know of an invite before it asks who it is that accepts. Changes nothing. */
export const findInvite = operation({
  operationId: 'findInvite',
  service: 'heimdall-admin',
  method: 'POST',
  path: '/internal/v1/apps/:app_id/invites/find',
  summary: 'Find an invite of an app by its token',
  description:
    '404: never issued, or of another app. 410: expired, used up or revoked. 409: the app is archived.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: doorParams,
  body: object({ token: inviteToken() }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      id: id('inv'),
      email: email(),
      for_anybody: Type.Boolean({ description: 'Whoever accepts brings an address of the own.' }),
    }),
  },
  faults: ['policy-denied', 'not-found', 'conflict', 'invite-closed'],
});

/**
 * Accepts an invite for somebody whom tokens vouches for: a user who is signed in or has shown the password, or somebody
 * new. The same use case as `acceptInvite`; the password itself never comes here.
 */
export const acceptInviteFor = operation({
  operationId: 'acceptInviteFor',
  service: 'heimdall-admin',
  method: 'POST',
  path: '/internal/v1/apps/:app_id/invites/accept',
  summary: 'Accept an invite on behalf of an end user',
  description:
    'Having all of it already changes nothing and counts no use. 403: the invite is for another address. 404: never ' +
    'issued, of another app, or no such user. 409: the user has changed or is deactivated, the address is taken, or the ' +
    'app or tenant is archived. 410: expired, used up or revoked.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: doorParams,
  body: object({
    token: inviteToken(),
    guest: Type.Union([
      object({
        user_id: id('usr'),
        expected_version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
      }),
      object({
        user_id: id('usr', 'Made by the caller.'),
        email: email(),
        display_name: Type.Optional(line(120)),
        password_hash: passwordHash(),
      }),
    ]),
  }),
  success: { status: 200, shape: 'resource', body: recordedUser() },
  faults: ['policy-denied', 'invite-not-yours', 'not-found', 'conflict', 'invite-closed'],
});
