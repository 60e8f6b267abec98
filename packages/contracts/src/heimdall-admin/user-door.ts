import { operation } from '../operation.ts';
import { email, id, line, metadata, nullable, object, oneOf, secret, timestamp, Type } from '../schema.ts';

const doorParams = object({ app_id: id('app'), user_id: id('usr') });

/** A user as the record has it, for the service that acts for that user. */
export const recordedUser = () =>
  object({
    id: id('usr'),
    app_id: id('app'),
    version: Type.Integer({ description: 'What `expected_version` is compared with.' }),
    email: email(),
    email_verified: Type.Boolean(),
    display_name: Type.String(),
    roles: Type.Array(Type.String()),
    status: oneOf(['active', 'deactivated']),
    metadata: metadata(),
    created_at: timestamp(),
    updated_at: timestamp(),
  });

export const passwordHash = () =>
  secret("Made by the suite's password hasher; the password itself never comes here.", {
    minLength: 20,
    maxLength: 300,
  });

/**
 * The door by which tokens, and nobody else, changes the record on behalf of an end user. Every change is committed
 * with its directory record and its audit row, whose actor is that user, and is in force in tokens when the call
 * returns (503: committed, and it follows). The caller's request id, user agent and signed client address are passed
 * on as headers. While it is asked, tokens must hold no lock on its own copy: the change is delivered there.
 */
export const registerUser = operation({
  operationId: 'registerUser',
  service: 'heimdall-admin',
  method: 'PUT',
  path: '/internal/v1/apps/:app_id/users/:user_id',
  summary: 'Create an end user who signs up',
  description:
    'Idempotent by the id, which the caller makes: a repetition with the same address answers alike and changes ' +
    'nothing. 409: the address or the id is taken, or the app is archived.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: doorParams,
  body: object({
    email: email(),
    display_name: Type.Optional(line(120)),
    password_hash: nullable(passwordHash()),
    email_verified: Type.Optional(Type.Boolean()),
    roles: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$' }), {
        maxItems: 20,
        uniqueItems: true,
        description: 'Names of roles; those the app does not have any more are left out.',
      }),
    ),
    metadata: Type.Optional(metadata()),
  }),
  success: { status: 201, shape: 'resource', body: recordedUser() },
  faults: ['policy-denied', 'not-found', 'conflict', 'unavailable'],
});

export const changeUser = operation({
  operationId: 'changeUser',
  service: 'heimdall-admin',
  method: 'PATCH',
  path: '/internal/v1/apps/:app_id/users/:user_id',
  summary: 'Change an end user on the user’s own behalf',
  description:
    'What is left out stays. `expected_version` refuses with 409 what was decided on an older record. 409 also for a ' +
    'deactivated user, an address that is taken, and an archived app.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: doorParams,
  body: object({
    event: oneOf(
      [
        'user.updated',
        'user.email-changed',
        'user.email-verified',
        'user.password-changed',
        'user.password-reset',
        'user.password-upgraded',
      ],
      'What happened, for the audit row.',
    ),
    expected_version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    email: Type.Optional(email()),
    email_verified: Type.Optional(Type.Boolean()),
    display_name: Type.Optional(line(120)),
    password_hash: Type.Optional(passwordHash()),
    end_sessions: Type.Optional(
      Type.Boolean({ description: 'Ends every session of the user, as another password should.' }),
    ),
    kept_session_id: Type.Optional(id('ses', 'With `end_sessions`: the one session that goes on.')),
    metadata: Type.Optional(metadata()),
  }),
  success: { status: 200, shape: 'resource', body: recordedUser() },
  faults: ['policy-denied', 'not-found', 'conflict', 'unavailable'],
});

/** Not a change of the directory: no version, no audit row. Later times win, so it may be repeated. */
export const reportLastUse = operation({
  operationId: 'reportLastUse',
  service: 'heimdall-admin',
  method: 'PUT',
  path: '/internal/v1/last-use',
  summary: 'Report when app API keys and credentials were last used',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  maxBodyBytes: 256 * 1024,
  body: object({
    items: Type.Array(object({ id: Type.Union([id('key'), id('cred')]), at: timestamp() }), {
      minItems: 1,
      maxItems: 1000,
    }),
  }),
  success: { status: 204, shape: 'resource', body: null },
  faults: ['policy-denied'],
});
