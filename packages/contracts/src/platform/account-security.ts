import { operation } from '../operation.ts';
import { email, id, nullable, object, secret, timestamp, Type } from '../schema.ts';
import { code, currentPassword, ownAccount, proof, proofBody } from './own-account.ts';

/** The session of the cookie and whose it is. */
export const getSession = operation({
  operationId: 'getSession',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/session',
  summary: 'Get the session of the cookie, and its account',
  dialect: 'quickstart',
  access: { kind: 'credential' },
  rateClass: 'quickstart',
  success: {
    status: 200,
    shape: 'resource',
    message: 'Session fetched successfully',
    body: object({
      session: object({
        id: id('ses'),
        createdAt: timestamp(),
        lastSeenAt: nullable(timestamp()),
        idleExpiresAt: timestamp(),
        expiresAt: timestamp(),
        confirmedUntil: nullable(timestamp()),
      }),
      user: object({
        id: id('acc'),
        email: email(),
        fullName: Type.String(),
        handle: Type.String(),
        isVerified: Type.Boolean(),
        twoFactorEnabled: Type.Boolean(),
      }),
    }),
  },
  faults: ['session-invalid'],
});

/** Sessions end with the password that opened them. */
export const changePassword = operation({
  operationId: 'changePassword',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/change-password',
  summary: 'Change the password of the own account',
  description:
    'All other sessions have ended in every service when the call has returned, unless `revokeOtherSessions` is ' +
    'false. With a second factor, `code` is needed beside the password, or a proof of the last ten minutes.',
  dialect: 'quickstart',
  access: ownAccount('account.password.update', 'permissions'),
  rateClass: 'quickstart',
  body: object({
    currentPassword: currentPassword(),
    newPassword: secret('As at sign-up.', { minLength: 8, maxLength: 1024 }),
    code: Type.Optional(code()),
    revokeOtherSessions: Type.Optional(Type.Boolean({ default: true })),
  }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Password changed',
    body: object({ revokedSessions: Type.Integer() }),
  },
  faults: ['confirmation-required', 'confirmation-refused'],
  event: 'account.password-changed',
  changes: true,
});

/** For what comes next: for ten minutes no other proof is asked for in this session. */
export const confirmSession = operation({
  operationId: 'confirmSession',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/confirm',
  summary: 'Prove again that it is you',
  dialect: 'quickstart',
  access: ownAccount('account.session.confirm', 'permissions'),
  rateClass: 'quickstart',
  body: proofBody(),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Confirmed',
    body: object({ confirmedUntil: timestamp() }),
  },
  faults: ['confirmation-required', 'confirmation-refused'],
  event: 'session.confirmed',
  changes: true,
});

const recoveryCodes = () =>
  Type.Array(secret('Good once, in place of a code. Shown here and never again.'), { maxItems: 10 });

export const getTwoFactor = operation({
  operationId: 'getTwoFactor',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/two-factor',
  summary: 'Whether the own account has a second factor',
  dialect: 'quickstart',
  access: ownAccount('account.two-factor.read', 'read'),
  rateClass: 'quickstart',
  success: {
    status: 200,
    shape: 'resource',
    message: 'Second factor fetched successfully',
    body: object({
      enabled: Type.Boolean(),
      activatedAt: nullable(timestamp()),
      recoveryCodesLeft: Type.Integer(),
    }),
  },
});

/** RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator takes it. */
export const enableTwoFactor = operation({
  operationId: 'enableTwoFactor',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/two-factor/enable',
  summary: 'Begin to set up a second factor',
  description:
    'It is asked for at sign-in only once a first code was shown to `activate`. 409 when there is one.',
  dialect: 'quickstart',
  access: ownAccount('account.two-factor.create', 'permissions'),
  rateClass: 'quickstart',
  body: proofBody(),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Show a code of the authenticator to activate it',
    body: object({
      secret: secret('Base32, for authenticators that take no URI. Shown here and never again.'),
      otpauthUri: secret('For a QR code.'),
      recoveryCodes: recoveryCodes(),
    }),
  },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict'],
  event: 'account.two-factor-created',
  changes: true,
});

export const activateTwoFactor = operation({
  operationId: 'activateTwoFactor',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/two-factor/activate',
  summary: 'Activate the second factor with its first code',
  dialect: 'quickstart',
  access: ownAccount('account.two-factor.activate', 'permissions'),
  rateClass: 'quickstart',
  body: object({ code: code() }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Second factor activated',
    body: object({ enabled: Type.Literal(true) }),
  },
  faults: ['confirmation-refused', 'conflict'],
  event: 'account.two-factor-activated',
  changes: true,
});

export const disableTwoFactor = operation({
  operationId: 'disableTwoFactor',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/two-factor/disable',
  summary: 'Remove the second factor',
  description: 'Needs a code, or a proof of the last ten minutes; the password alone is not enough.',
  dialect: 'quickstart',
  access: ownAccount('account.two-factor.delete', 'permissions'),
  rateClass: 'quickstart',
  body: object({ ...proof }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Second factor removed',
    body: object({ enabled: Type.Literal(false) }),
  },
  faults: ['confirmation-required', 'confirmation-refused'],
  event: 'account.two-factor-removed',
  changes: true,
});

export const renewRecoveryCodes = operation({
  operationId: 'renewRecoveryCodes',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/two-factor/recovery-codes',
  summary: 'Replace the recovery codes',
  dialect: 'quickstart',
  access: ownAccount('account.recovery-codes.update', 'permissions'),
  rateClass: 'quickstart',
  body: object({ ...proof }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Recovery codes replaced',
    body: object({ recoveryCodes: recoveryCodes() }),
  },
  faults: ['confirmation-required', 'confirmation-refused', 'conflict'],
  event: 'account.recovery-codes-renewed',
  changes: true,
});
