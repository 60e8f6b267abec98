import { operation } from '../operation.ts';
import { email, id, line, object, oneOf, secret, timestamp, Type } from '../schema.ts';

/** A password as it is chosen. */
export const newPassword = () =>
  secret('At least 8 characters, every one of which counts; common passwords are refused.', {
    minLength: 8,
    maxLength: 1024,
  });

/** Seed 002, step 1. The answer is the same for a known and an unknown address. */
export const signUpWithEmail = operation({
  operationId: 'signUpWithEmail',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/sign-up/email',
  summary: 'Create an account and its default workspace',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-up',
  body: object({ email: email(), password: newPassword(), name: line(120, 'Full name.') }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Account created',
    body: object({ email: email(), fullName: Type.String(), verificationRequired: Type.Boolean() }),
  },
  faults: ['cross-site'],
  event: 'account.created',
  changes: true,
});

const signedIn = () =>
  object({
    user: object({ id: id('acc'), email: email(), fullName: Type.String() }),
    session: object({ id: id('ses'), expiresAt: timestamp() }),
  });

/** Seed 002, step 2. Sets the session cookie. */
export const signInWithEmail = operation({
  operationId: 'signInWithEmail',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/sign-in/email',
  summary: 'Sign in and receive the session cookie',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-in',
  body: object({ email: email(), password: secret('The password.', { minLength: 1, maxLength: 1024 }) }),
  success: {
    status: 200,
    shape: 'resource',
    message: 'Signed in successfully',
    body: Type.Union([
      signedIn(),
      object({
        twoFactorRequired: Type.Literal(true),
        challengeToken: secret('For `two-factor/verify`; good once, for five minutes.'),
        methods: Type.Array(oneOf(['totp', 'recovery-code'])),
        expiresAt: timestamp(),
      }),
    ]),
  },
  faults: ['sign-in-refused', 'email-unverified', 'cross-site'],
  event: 'session.created',
  changes: true,
});

/** The second step of a sign-in, where the account has a second factor. Sets the session cookie. */
export const verifyTwoFactor = operation({
  operationId: 'verifyTwoFactor',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/two-factor/verify',
  summary: 'Finish signing in with the second factor',
  description: '`code` is one of the authenticator, or a recovery code. No code is good twice.',
  dialect: 'quickstart',
  access: { kind: 'public' },
  rateClass: 'sign-in',
  body: object({
    challengeToken: secret('From sign-in.', { minLength: 1, maxLength: 100 }),
    code: secret('Six digits of the authenticator, or a recovery code.', { minLength: 6, maxLength: 30 }),
  }),
  success: { status: 200, shape: 'resource', message: 'Signed in successfully', body: signedIn() },
  faults: ['sign-in-refused', 'session-invalid', 'cross-site'],
  event: 'session.created',
  changes: true,
});

export const signOut = operation({
  operationId: 'signOut',
  service: 'platform',
  method: 'POST',
  path: '/api/auth/sign-out',
  summary: 'End the session of the cookie',
  dialect: 'quickstart',
  access: { kind: 'credential' },
  rateClass: 'quickstart',
  success: { status: 200, shape: 'resource', message: 'Signed out successfully', body: object({}) },
  faults: ['session-invalid', 'cross-site'],
  event: 'session.ended',
  changes: true,
});
