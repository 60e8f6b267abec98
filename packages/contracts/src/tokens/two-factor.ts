import { administeringAnApp } from '../heimdall-admin/administering-an-app.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { id, nullable, object, reference, secret, timestamp, Type } from '../schema.ts';
import { anybody, consumer, endUser, endUserBody, tokens } from './consumer.ts';

const code = () =>
  secret('Six digits of the authenticator, or a recovery code.', { minLength: 6, maxLength: 30 });
const password = () => secret('The password that holds now.', { minLength: 1, maxLength: 1024 });

const recoveryCodes = () =>
  Type.Array(secret('Good once, in place of a code. Shown here and never again.'), { maxItems: 10 });

/** A user with a second factor shows a code of it; one without, the password. */
const proof = () => object({ password: Type.Optional(password()), code: Type.Optional(code()) });

/** The second step of a sign-in, where the user has a second factor. */
export const verifyUserTwoFactor = operation({
  ...consumer('/signin/two-factor'),
  operationId: 'verifyUserTwoFactor',
  method: 'POST',
  summary: 'Finish signing an end user in with the second factor',
  description:
    '`code` is one of the authenticator, or a recovery code; no code is good twice. A wrong code leaves the challenge ' +
    'as it is. 401 for a challenge that is over, too: then the sign-in begins again. 429 with `Retry-After` after too ' +
    'many wrong codes.',
  access: anybody('signin'),
  body: object({
    challenge_token: secret('From the sign-in.', { minLength: 1, maxLength: 100 }),
    code: code(),
  }),
  success: { status: 200, shape: 'raw', body: object({ user: endUserBody(), ...tokens }) },
  faults: ['sign-in-refused', 'session-invalid', 'unavailable'],
  event: 'user.signed-in',
  changes: true,
});

export const getUserTwoFactor = operation({
  ...consumer('/two-factor'),
  operationId: 'getUserTwoFactor',
  method: 'GET',
  summary: 'Whether the own account has a second factor',
  access: endUser('read'),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      enabled: Type.Boolean(),
      activated_at: nullable(timestamp()),
      recovery_codes_left: Type.Integer(),
    }),
  },
  event: 'user.two-factor-read',
});

/** RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator takes it. */
export const enrolUserTotp = operation({
  ...consumer('/two-factor/totp'),
  operationId: 'enrolUserTotp',
  method: 'POST',
  summary: 'Begin to set up a second factor',
  description:
    'It is asked for at sign-in only once a first code was shown to `confirm`; until then another call replaces it. ' +
    '403 for a wrong password, and `EMAIL_NOT_VERIFIED` while the address is not verified: whoever signs up with the ' +
    'address of somebody else must not guard it with a factor. 409 when there is an active one.',
  access: endUser('two-factor'),
  body: object({ password: password() }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      secret: secret('Base32, for authenticators that take no URI. Shown here and never again.'),
      otpauth_uri: secret('For a QR code.'),
    }),
  },
  faults: ['email-unverified', 'confirmation-refused', 'conflict', 'unavailable'],
  event: 'user.two-factor-created',
  changes: true,
});

export const confirmUserTotp = operation({
  ...consumer('/two-factor/totp/confirm'),
  operationId: 'confirmUserTotp',
  method: 'POST',
  summary: 'Activate the second factor with its first code, and receive the recovery codes',
  description:
    'The user is told by mail. 403 for a wrong code, and while the address is not verified; 409 where none was begun, or ' +
    'it is active already.',
  access: endUser('two-factor'),
  body: object({ code: code() }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ enabled: Type.Literal(true), recovery_codes: recoveryCodes() }),
  },
  faults: ['email-unverified', 'confirmation-refused', 'conflict', 'unavailable'],
  event: 'user.two-factor-activated',
  changes: true,
});

export const disableUserTwoFactor = operation({
  ...consumer('/two-factor/disable'),
  operationId: 'disableUserTwoFactor',
  method: 'POST',
  summary: 'Remove the own second factor',
  description:
    'Needs a code: the password alone is what the second factor guards against. One that was never activated goes ' +
    'by the password. Removing what is not there changes nothing. The user is told by mail.',
  access: endUser('two-factor'),
  body: proof(),
  success: { status: 200, shape: 'resource', body: object({ enabled: Type.Literal(false) }) },
  faults: ['confirmation-required', 'confirmation-refused', 'unavailable'],
  event: 'user.two-factor-removed',
  changes: true,
});

export const renewUserRecoveryCodes = operation({
  ...consumer('/two-factor/recovery-codes'),
  operationId: 'renewUserRecoveryCodes',
  method: 'POST',
  summary: 'Replace the recovery codes',
  description:
    'Those there were are void, and the user is told by mail. 409 where there is no active second factor.',
  access: endUser('two-factor'),
  body: proof(),
  success: { status: 200, shape: 'resource', body: object({ recovery_codes: recoveryCodes() }) },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict', 'unavailable'],
  event: 'user.recovery-codes-renewed',
  changes: true,
});

/** For a user who has lost authenticator and recovery codes: the only way back is an administrator of the app. */
export const removeUserTwoFactor = operation({
  operationId: 'removeUserTwoFactor',
  service: 'tokens',
  method: 'DELETE',
  ...underHeimdall('/v1/apps/:app/users/:user_id/two-factor'),
  summary: 'Remove the second factor of an end user who has lost it',
  description:
    'The next sign-in asks for the password only, so make sure who it is that asks. Sessions go on, and the user is told ' +
    'by mail. Removing what is not there changes nothing.',
  dialect: 'platform',
  access: administeringAnApp('heimdall.user-two-factor.delete', 'permissions', { part: 'user/{user_id}' }),
  rateClass: 'admin',
  params: object({ app: reference('App id or name.'), user_id: id('usr') }),
  success: { status: 204, shape: 'resource', body: null },
  event: 'user.two-factor-removed',
  changes: true,
});
