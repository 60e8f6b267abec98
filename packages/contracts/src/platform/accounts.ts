import { operation } from '../operation.ts';
import { email, id, line, object, secret, timestamp, Type } from '../schema.ts';

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
    body: object({
      user: object({ id: id('acc'), email: email(), fullName: Type.String() }),
      session: object({ id: id('ses'), expiresAt: timestamp() }),
    }),
  },
  faults: ['sign-in-refused', 'email-unverified', 'cross-site'],
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
