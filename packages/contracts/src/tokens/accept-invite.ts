import { operation } from '../operation.ts';
import { line, object, secret, Type } from '../schema.ts';
import { anybody, consumer, endUserBody, tokens } from './consumer.ts';

export const acceptUserInvite = operation({
  ...consumer('/accept-invite'),
  operationId: 'acceptUserInvite',
  method: 'POST',
  summary: 'Accept an invite to the app or one of its tenants',
  description:
    'Whoever is signed in sends the access token, and no password. Anybody else sends a password: a new address becomes ' +
    'a user with it, by the rules of the app, and is signed in like by a sign-up; a user of the app proves it by the ' +
    'password there is, and signs in as always. `email` is needed for an invite of several uses only. Having all of it ' +
    'already changes nothing and counts no use. 401: a bad token, or the wrong password. 403: the invite is for another ' +
    'address. 404: never issued, or of another app. 410: expired, used up or revoked. 503 when heimdall-admin, which ' +
    'keeps the record, cannot be reached.',
  access: { ...anybody('accept-invite'), endUser: 'optional' },
  body: object({
    token: secret('The token of the invite.', { minLength: 1, maxLength: 100 }),
    password: Type.Optional(
      secret('For a new user the one to be, else the one there is.', { minLength: 1, maxLength: 1024 }),
    ),
    email: Type.Optional(
      Type.String({ format: 'email', maxLength: 254, description: 'Needed for an invite of several uses.' }),
    ),
    display_name: Type.Optional(line(120, 'Of a new user.')),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      user: endUserBody(),
      access_token: Type.Optional(tokens.access_token),
      token_type: Type.Optional(tokens.token_type),
      expires_in: Type.Optional(tokens.expires_in),
      refresh_token: Type.Optional(tokens.refresh_token),
    }),
  },
  faults: ['sign-in-refused', 'invite-not-yours', 'conflict', 'invite-closed', 'unavailable'],
  event: 'invite.acceptance-requested',
  changes: true,
});
