import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { email, id, object, oneOf, secret, Type } from '../schema.ts';

/** Seed 001's answer, and RFC 6749 section 5.1. */
const grant = () =>
  object({
    access_token: secret('RS256 JWT.'),
    token_type: oneOf(['Bearer']),
    expires_in: Type.Integer({ description: 'Seconds.' }),
    refresh_token: Type.Optional(secret('Opaque; rotates. Not for `client_credentials`.')),
    scope: Type.Optional(
      Type.String({ description: 'Only for `client_credentials`: the permissions of the token.' }),
    ),
  });

const refreshTokenField = (description: string) => secret(description, { minLength: 1, maxLength: 200 });

/** Seed 001. First-party sign-in of an app's own end users, and machines by their credential. */
export const issueToken = operation({
  operationId: 'issueToken',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tokens'),
  summary: 'Issue an access token to an end user or a service',
  description:
    'Grants: `password` (`email`, `password`, `tenant_id`, `otp`), `client_credentials` (`client_id`, `client_secret`, `scope`: a subset ' +
    'of the permissions, separated by spaces) and `refresh_token` (`refresh_token`); fields of another grant are ' +
    'refused. As a form (RFC 6749) unknown fields are ignored, `username` stands for `email`, and the client may ' +
    'prove itself by HTTP Basic.\n\n' +
    'The access token is an RS256 JWT of type `at+jwt` (RFC 9068): `iss` is `<origin>/v1/apps/<app id>` (its keys are ' +
    'at `<iss>/.well-known/jwks.json`), `aud` the app id, `sub` the user or credential id, besides `app_id`, `roles`, ' +
    '`permissions`, `client_id`, `sid` (the session), `tenant` (in a session for one), `jti`, `iat` and `exp`. 403: the ' +
    'password is right, and the user is no member of the tenant, or has a second factor and `otp` is missing ' +
    '(`SECOND_FACTOR_REQUIRED`; in a form 400 `mfa_required`). An unknown address, a wrong password and ' +
    'a deactivated user are answered alike.',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: appParams,
  form: true,
  body: object({
    grant_type: oneOf(['password', 'client_credentials', 'refresh_token']),
    email: Type.Optional(email()),
    username: Type.Optional(
      Type.String({ format: 'email', maxLength: 254, description: 'RFC 6749 spells `email` so.' }),
    ),
    password: Type.Optional(secret('The password.', { minLength: 1, maxLength: 1024 })),
    tenant_id: Type.Optional(id('ten', 'With `password`: the tenant that the session is for.')),
    otp: Type.Optional(
      secret('With `password`: a code of the second factor, or a recovery code.', {
        minLength: 6,
        maxLength: 30,
      }),
    ),
    client_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '^[ -~]+$' })),
    client_secret: Type.Optional(secret("The credential's secret.", { minLength: 1, maxLength: 200 })),
    scope: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 30_000,
        pattern: '^[!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*$',
        description: 'RFC 6749 section 3.3.',
      }),
    ),
    refresh_token: Type.Optional(refreshTokenField('For the grant of that name.')),
  }),
  success: { status: 200, shape: 'raw', body: grant() },
  faults: [
    'sign-in-refused',
    'client-refused',
    'refresh-refused',
    'scope-refused',
    'tenant-refused',
    'second-factor-required',
    'not-found',
    'unavailable',
  ],
  event: 'token.issued',
  changes: true,
});

/** Seed 001. */
export const refreshToken = operation({
  operationId: 'refreshToken',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tokens/refresh'),
  summary: 'Refresh an access token',
  description:
    'Rotates: the refresh token that is sent is good once, and the answer carries its successor. Whoever lost the ' +
    'answer may send the same token again within ten seconds, as long as the successor was not used, and gets the ' +
    'same successor. 403: the session is for a tenant that the user has left; nothing is used up. Any other repetition ends the whole session with all its tokens: one of two holders is a thief.',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: appParams,
  body: object({ refresh_token: refreshTokenField('As it was issued.') }),
  success: { status: 200, shape: 'raw', body: grant() },
  faults: ['refresh-refused', 'tenant-refused', 'not-found', 'unavailable'],
  event: 'token.refreshed',
  changes: true,
});

/** Seed 001; as a form RFC 7009. */
export const revokeToken = operation({
  operationId: 'revokeToken',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tokens/revoke'),
  summary: 'Revoke a refresh or access token and the session it belongs to',
  description:
    'Ends the session: its refresh tokens are void, and authorize says no to its access tokens from the moment this ' +
    'answers. `token` may be an access token, too: that of a user ends the session in the same way, and that of a ' +
    'machine, which has none, is refused from then on by itself. A token that is unknown, expired or revoked already ' +
    'is answered alike (RFC 7009 section 2.2).',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: appParams,
  form: true,
  body: object({
    refresh_token: Type.Optional(refreshTokenField('The token to revoke.')),
    token: Type.Optional(
      // A role may hold 200 permissions of 130 characters, and an access token carries them all.
      secret('RFC 7009: a refresh token or an access token.', { minLength: 1, maxLength: 49_152 }),
    ),
    token_type_hint: Type.Optional(Type.String({ maxLength: 100, description: 'RFC 7009; not needed.' })),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({ revoked: Type.Boolean({ description: 'Always true: the token is good for nothing.' }) }),
  },
  faults: ['not-found', 'unavailable'],
  event: 'token.revoked',
  changes: true,
});
