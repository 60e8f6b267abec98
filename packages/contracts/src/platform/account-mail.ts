import { operation } from '../operation.ts';
import { email, object, oneOf, secret, timestamp, Type } from '../schema.ts';
import { newPassword } from './accounts.ts';
import { code } from './own-account.ts';

const oneTimeToken = () => secret('The one-time token of a mail.', { minLength: 8, maxLength: 200 });

const nothing = (message: string) => ({ status: 200, shape: 'resource', message, body: object({}) }) as const;

export const sendVerificationEmail = operation({
  operationId: 'sendVerificationEmail',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/send-verification-email',
  summary: 'Send the verification mail again',
  description:
    'The link in it replaces the one before. The answer is the same whether or not the address has an account that ' +
    'is still to be verified. An address gets a few mails an hour at most, whoever asks for them: 429.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-up',
  body: object({ email: email() }),
  success: nothing('If the address is still to be verified, a mail is on its way'),
  faults: ['cross-site'],
  event: 'account.verification-requested',
  changes: true,
});

/** A mail scanner follows links by GET: this one looks, and uses nothing up. */
export const getEmailVerification = operation({
  operationId: 'getEmailVerification',
  service: 'platform',
  method: 'GET',
  path: '/api/auth/verify-email',
  summary: 'Look at a verification link without using it',
  description: 'What a page asks before it shows a button. Whoever means it sends the token by POST.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'quickstart',
  query: object({ token: oneTimeToken() }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'The link is valid',
    body: object({
      purpose: oneOf(['verify-email', 'change-email']),
      email: email(),
      expiresAt: timestamp(),
    }),
  },
  faults: ['link-invalid'],
});

export const verifyEmail = operation({
  operationId: 'verifyEmail',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/verify-email',
  summary: 'Verify an address, or confirm a new one, with the token of a mail',
  description: '409 when the new address has come into use by another account meanwhile.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-in',
  body: object({ token: oneTimeToken() }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Email verified successfully',
    body: object({ email: email(), verifiedAt: timestamp() }),
  },
  faults: ['link-invalid', 'conflict', 'cross-site'],
  event: 'account.email-verified',
  changes: true,
});

export const forgetPassword = operation({
  operationId: 'forgetPassword',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/forget-password',
  summary: 'Send a mail with which a new password can be set',
  description:
    'The answer is the same for a known and an unknown address. The link replaces the one before. An address gets a ' +
    'few mails an hour at most, whoever asks for them: 429.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-up',
  body: object({ email: email() }),
  success: nothing('If the address has an account, a mail is on its way'),
  faults: ['cross-site'],
  event: 'account.password-reset-requested',
  changes: true,
});

export const resetPassword = operation({
  operationId: 'resetPassword',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/reset-password',
  summary: 'Set a new password with the token of a mail',
  description:
    'Ends every session of the account, in every service when this call has returned. API keys go on, and the mail ' +
    'that follows says how many there are; those of an account whose address was never verified are revoked, for ' +
    'whoever made it has not shown that it was theirs.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-in',
  body: object({ token: oneTimeToken(), newPassword: newPassword() }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Password reset successfully',
    body: object({
      endedSessions: Type.Integer(),
      revokedApiKeys: Type.Integer(),
      activeApiKeys: Type.Integer({ description: 'API keys of the account that go on working.' }),
    }),
  },
  faults: ['link-invalid', 'cross-site'],
  event: 'account.password-reset',
  changes: true,
});

export const changeEmail = operation({
  operationId: 'changeEmail',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/change-email',
  summary: 'Ask for another address; it counts once it is confirmed',
  description:
    'A mail with a link goes to the new address, a notice to the present one. The answer is the same where the new ' +
    'address has an account already: its owner is told. For who is signed in; no token changes the address.',
  dialect: 'quickstart',
  access: { kind: 'credential' },
  rateClass: 'quickstart',
  body: object({
    newEmail: email(),
    password: secret('The present password.', { minLength: 1, maxLength: 1024 }),
    code: Type.Optional(code()),
  }),
  success: nothing('A mail is on its way to the new address'),
  faults: ['session-invalid', 'sign-in-refused', 'confirmation-required', 'confirmation-refused'],
  event: 'account.email-change-requested',
  changes: true,
});
