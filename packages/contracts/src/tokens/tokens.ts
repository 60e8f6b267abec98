import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { email, nullable, object, oneOf, reference, secret, Type } from '../schema.ts';

/** Seed 001. First-party sign-in of an app's own end users. */
export const issueToken = operation({
  operationId: 'issueToken',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tokens'),
  summary: 'Issue an access token to an end user',
  description:
    'The access token is an RS256 JWT: `iss` is `<origin>/v1/apps/<app id>` (its keys are at ' +
    '`<iss>/.well-known/jwks.json`), `aud` the app id, `sub` the user id, besides `app_id`, `roles`, `permissions`, ' +
    '`jti`, `iat` and `exp`. An unknown address, a wrong password and a deactivated user are answered alike.',
  dialect: 'platform',
  access: { kind: 'public' },
  rateClass: 'token',
  params: appParams,
  form: true,
  body: object({
    grant_type: oneOf(['password']),
    email: email(),
    password: secret('The password.', { minLength: 1, maxLength: 1024 }),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      access_token: secret('RS256 JWT.'),
      token_type: oneOf(['Bearer']),
      expires_in: Type.Integer({ description: 'Seconds.' }),
      refresh_token: secret('Opaque; rotates.'),
    }),
  },
  faults: ['sign-in-refused', 'not-found', 'unavailable'],
  event: 'token.issued',
  changes: true,
});

const permission = () =>
  Type.String({ minLength: 1, maxLength: 130, pattern: '^[A-Za-z0-9_.*-]+:[A-Za-z0-9_.*-]+$' });

/** Why a subject token is or is not allowed; words that programs may switch on. */
const authorizeReasons = [
  'allowed',
  'missing_permission',
  'user_inactive',
  'app_mismatch',
  'app_unknown',
  'token_malformed',
  'token_algorithm_refused',
  'token_signature_invalid',
  'token_expired',
  'token_not_yet_valid',
  'token_claims_invalid',
] as const;

/** Seed 001. A bad caller is 401; a bad subject token is 200 `{allowed:false, reason}`. */
export const authorize = operation({
  operationId: 'authorize',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/authorize'),
  summary: 'Verify a token and check permissions',
  description:
    'Exactly one of `permission` and `permissions`. Roles and permissions are those of the moment, also where the ' +
    'token is older. An app API key asks about its own app. Without `app` it is the token that names the app; one ' +
    'of an app that the caller cannot see is answered like one of an app that does not exist: `app_unknown`.',
  dialect: 'platform',
  access: {
    kind: 'handler',
    ownCredentials: ['app-key'],
    authorization: {
      action: 'heimdall.token.authorize',
      access: 'read',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:heimdall:app/{app}',
      workspace: { from: 'located', locator: 'subjectApp' },
    },
  },
  rateClass: 'authorize',
  body: object({
    // A role may hold 200 permissions of 130 characters, and a token carries them all.
    token: secret('The access token to check.', { minLength: 1, maxLength: 49_152 }),
    permission: Type.Optional(permission()),
    permissions: Type.Optional(
      Type.Array(permission(), { minItems: 1, maxItems: 50, description: 'All are needed.' }),
    ),
    app: Type.Optional(reference('App id or name the token has to belong to.')),
    resource: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Echoed into the audit row.' }),
    ),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      allowed: Type.Boolean(),
      reason: oneOf(authorizeReasons),
      principal: nullable(
        object({
          type: oneOf(['user', 'credential']),
          id: Type.String(),
          app_id: Type.String(),
          email: nullable(Type.String()),
          roles: Type.Array(Type.String()),
          permissions: Type.Array(Type.String()),
        }),
      ),
    }),
  },
  event: 'token.authorized',
});
