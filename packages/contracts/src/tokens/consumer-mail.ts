import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { email, object, secret, Type } from '../schema.ts';

/** What the operations of the Consumer API that go by mail have in common. */
const byMail = (path: string, verb: 'recover' | 'verify') => ({
  service: 'tokens' as const,
  ...underHeimdall(`/v1/apps/:app/auth${path}`),
  method: 'POST' as const,
  dialect: 'platform' as const,
  access: { kind: 'public' as const, appKeyPermission: `auth:${verb}` },
  rateClass: 'token' as const,
  params: appParams,
  changes: true,
});

/** The same sentence for everybody: it must not tell who has an account. */
const onItsWay = {
  status: 202 as const,
  shape: 'resource' as const,
  body: object({ message: Type.String() }),
};

const mailedToken = () => secret('The token of the mail.', { minLength: 1, maxLength: 200 });

export const forgotUserPassword = operation({
  ...byMail('/forgot-password', 'recover'),
  operationId: 'forgotUserPassword',
  summary: 'Have a link to a new password mailed',
  description:
    'To the address of an end user, in the words of the app where it has set a template. Answers alike, in body and ' +
    'time, whether or not anybody has the address. The link works once, for an hour; a later one replaces it. 429 when ' +
    'the address was sent several mails lately.',
  body: object({ email: email() }),
  success: onItsWay,
  faults: ['unavailable'],
  event: 'user.password-forgotten',
});

export const resetUserPassword = operation({
  ...byMail('/reset-password', 'recover'),
  operationId: 'resetUserPassword',
  summary: 'Set a new password with the token of a mail',
  description:
    'Every session of the user has ended when this answers, and the address counts as verified. 400 `INVALID_TOKEN` for a ' +
    'link that was used or replaced, has expired, is of another app, or was sent before the password or the address ' +
    'changed; 400 for a password against the rules of the app: the link then works still. 503 when heimdall-admin, ' +
    'which keeps the record, cannot be reached: the link works still, unless the password was set all the same.',
  body: object({
    token: mailedToken(),
    new_password: secret('By the password rules of the app.', { minLength: 1, maxLength: 1024 }),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ sessions_ended: Type.Integer({ description: 'Sessions that have ended.' }) }),
  },
  faults: ['link-invalid', 'conflict', 'unavailable'],
  event: 'user.password-reset-requested',
});

export const resendUserVerification = operation({
  ...byMail('/resend-verification', 'verify'),
  operationId: 'resendUserVerification',
  summary: 'Have the link that verifies an address mailed again',
  description:
    'A sign-up sends it by itself. Answers alike, in body and time, whether the address is unknown, verified already or ' +
    'to be verified. The link works once, for 24 hours; a later one replaces it. 429 when the address was sent several ' +
    'mails lately.',
  body: object({ email: email() }),
  success: onItsWay,
  faults: ['unavailable'],
  event: 'user.verification-mail-requested',
});

export const verifyUserEmail = operation({
  ...byMail('/verify-email', 'verify'),
  operationId: 'verifyUserEmail',
  summary: 'Verify the address that a mail was sent to',
  description:
    'With the token of that mail. 400 `INVALID_TOKEN` for a link that was used or replaced, has expired, is of another ' +
    'app, or was sent to an address that the user no longer has. 503 when heimdall-admin, which keeps the record, ' +
    'cannot be reached: the link works still.',
  body: object({ token: mailedToken() }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ email: email(), email_verified: Type.Literal(true) }),
  },
  faults: ['link-invalid', 'conflict', 'unavailable'],
  event: 'user.email-verification-requested',
});
