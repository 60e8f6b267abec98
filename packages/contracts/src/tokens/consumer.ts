import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import {
  email,
  id,
  line,
  nullable,
  object,
  oneOf,
  pageQuery,
  reference,
  secret,
  timestamp,
  Type,
} from '../schema.ts';

/** What every operation of the Consumer API has in common. */
export const consumer = (path: string) => ({
  service: 'tokens' as const,
  ...underHeimdall(`/v1/apps/:app/auth${path}`),
  dialect: 'platform' as const,
  rateClass: 'token' as const,
  params: appParams,
});

/** Needs no credential; an app API key that is sent along has to be one of the app and to hold the permission. */
export const anybody = (verb: string) => ({ kind: 'public' as const, appKeyPermission: `auth:${verb}` });

/** Needs the access token of the user; an app API key may stand beside it. */
export const endUser = (verb: string) => ({ kind: 'end-user' as const, appKeyPermission: `auth:${verb}` });

/** An end user as that user may see it. `metadata` is the app's own and is not told. */
export const endUserBody = () =>
  object({
    id: id('usr'),
    app_id: id('app'),
    email: email(),
    email_verified: Type.Boolean(),
    display_name: Type.String(),
    roles: Type.Array(Type.String()),
    permissions: Type.Array(Type.String()),
    created_at: nullable(timestamp()),
    updated_at: nullable(timestamp()),
  });

/** Of a session that has begun or goes on. */
export const tokens = {
  access_token: secret('RS256 JWT.'),
  token_type: oneOf(['Bearer']),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  refresh_token: secret('Opaque; rotates.'),
};

const password = (description: string) => secret(description, { minLength: 1, maxLength: 1024 });

export const signUpUser = operation({
  ...consumer('/signup'),
  operationId: 'signUpUser',
  method: 'POST',
  summary: 'Sign up an end user',
  description:
    'Where the settings of the app say `open`. The answer carries tokens, as a sign-in does, unless the app wants the ' +
    'address verified first. 409 for an address that has an account; 503 when heimdall-admin, which keeps the record, ' +
    'cannot be reached.',
  access: anybody('signup'),
  body: object({
    email: email(),
    password: password('By the password rules of the app.'),
    display_name: Type.Optional(line(120)),
  }),
  success: {
    status: 201,
    shape: 'raw',
    body: object({
      user: endUserBody(),
      access_token: Type.Optional(tokens.access_token),
      token_type: Type.Optional(tokens.token_type),
      expires_in: Type.Optional(tokens.expires_in),
      refresh_token: Type.Optional(tokens.refresh_token),
    }),
  },
  faults: ['sign-up-closed', 'conflict', 'unavailable'],
  event: 'user.signed-up',
  changes: true,
});

export const signInUser = operation({
  ...consumer('/signin'),
  operationId: 'signInUser',
  method: 'POST',
  summary: 'Sign an end user in',
  description:
    'A session with its tokens, like the `password` grant. An unknown address, a wrong password and a deactivated user ' +
    'are answered alike. 429 with `Retry-After` after too many wrong passwords for one address. A user with a second ' +
    'factor gets no tokens yet, but `challenge_token` for `POST …/auth/signin/two-factor`.',
  access: anybody('signin'),
  body: object({ email: email(), password: password('The password.') }),
  success: {
    status: 200,
    shape: 'raw',
    body: Type.Union([
      object({ user: endUserBody(), ...tokens }),
      object({
        two_factor_required: Type.Literal(true),
        challenge_token: secret('Good once, for five minutes.'),
        methods: Type.Array(oneOf(['totp', 'recovery-code'])),
        expires_at: timestamp(),
      }),
    ]),
  },
  faults: ['sign-in-refused', 'email-unverified', 'unavailable'],
  event: 'user.signed-in',
  changes: true,
});

export const refreshUserSession = operation({
  ...consumer('/refresh'),
  operationId: 'refreshUserSession',
  method: 'POST',
  summary: 'Refresh the access token of an end user',
  description: 'The same as `POST /v1/apps/:app/tokens/refresh`, with an app API key where one is sent.',
  access: anybody('refresh'),
  body: object({ refresh_token: secret('As it was issued.', { minLength: 1, maxLength: 200 }) }),
  success: { status: 200, shape: 'raw', body: object(tokens) },
  faults: ['refresh-refused', 'unavailable'],
  event: 'token.refreshed',
  changes: true,
});

export const signOutUser = operation({
  ...consumer('/logout'),
  operationId: 'signOutUser',
  method: 'POST',
  summary: 'Sign out: end the session of the access token',
  description:
    'Its refresh tokens are void, and no access token of it is taken from the moment this answers. With `everywhere` ' +
    'all sessions of the user end.',
  access: endUser('logout'),
  body: object({ everywhere: Type.Optional(Type.Boolean()) }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'user.signed-out',
  changes: true,
});

export const getEndUser = operation({
  ...consumer('/me'),
  operationId: 'getEndUser',
  method: 'GET',
  summary: 'Get the end user whose token this is',
  access: endUser('read'),
  success: { status: 200, shape: 'resource', body: endUserBody() },
  event: 'user.read-self',
});

export const updateEndUser = operation({
  ...consumer('/me'),
  operationId: 'updateEndUser',
  method: 'PATCH',
  summary: 'Change the own name',
  description:
    'Roles, status and `metadata` are what the app says of its user, and not for that user to change.',
  access: endUser('write'),
  body: object({ display_name: line(120) }),
  success: { status: 200, shape: 'resource', body: endUserBody() },
  faults: ['unavailable'],
  event: 'user.update-requested',
  changes: true,
});

export const changeUserPassword = operation({
  ...consumer('/change-password'),
  operationId: 'changeUserPassword',
  method: 'POST',
  summary: 'Change the own password',
  description:
    'Every other session of the user has ended when this answers; the one that asks goes on. A user with a second ' +
    'factor sends a code of it, too. 403 for a wrong current password or code, 409 when the password was changed by somebody else meanwhile. ' +
    '503: it may have been changed, and the other sessions end when it is in force.',
  access: endUser('password'),
  body: object({
    current_password: password('The password that holds now.'),
    new_password: password('By the password rules of the app.'),
    code: Type.Optional(secret('Of the second factor, or a recovery code.', { minLength: 6, maxLength: 30 })),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ sessions_ended: Type.Integer({ description: 'Other sessions that have ended.' }) }),
  },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict', 'unavailable'],
  event: 'user.password-change-requested',
  changes: true,
});

export const listUserSessions = operation({
  ...consumer('/sessions'),
  operationId: 'listUserSessions',
  method: 'GET',
  summary: 'List the own sessions that are in force, newest first',
  access: endUser('read'),
  query: object({ ...pageQuery }),
  success: {
    status: 200,
    shape: 'page',
    body: object({
      id: id('ses'),
      current: Type.Boolean({ description: 'Whether it is the session of this very token.' }),
      user_agent: nullable(Type.String({ description: 'The device, as it names itself.' })),
      ip: Type.String(),
      created_at: timestamp(),
      last_seen_at: timestamp(),
      expires_at: timestamp(),
    }),
  },
  event: 'user.sessions-read',
});

export const revokeUserSession = operation({
  ...consumer('/sessions/:session_id'),
  operationId: 'revokeUserSession',
  method: 'DELETE',
  summary: 'End one of the own sessions',
  description: 'None of its tokens is taken from the moment this answers.',
  access: endUser('sessions'),
  params: object({ app: reference('App id or name.'), session_id: id('ses') }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['unavailable'],
  event: 'session.revoked',
  changes: true,
});

export const revokeOtherUserSessions = operation({
  ...consumer('/sessions'),
  operationId: 'revokeOtherUserSessions',
  method: 'DELETE',
  summary: 'End all own sessions but this one',
  access: endUser('sessions'),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ sessions_ended: Type.Integer() }),
  },
  faults: ['unavailable'],
  event: 'user.sessions-ended',
  changes: true,
});
