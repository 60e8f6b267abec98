import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation, type Authorization } from '../operation.ts';
import { id, nullable, object, oneOf, reference, secret, Type } from '../schema.ts';

const permission = () =>
  Type.String({ minLength: 1, maxLength: 130, pattern: '^[A-Za-z0-9_.*-]+:[A-Za-z0-9_.*-]+$' });

/** Why a subject token is or is not allowed; words that programs may switch on. */
const authorizeReasons = [
  'allowed',
  'missing_permission',
  'user_inactive',
  'credential_inactive',
  'session_ended',
  'token_revoked',
  'tenant_inactive',
  'app_mismatch',
  'app_unknown',
  'token_malformed',
  'token_algorithm_refused',
  'token_signature_invalid',
  'token_expired',
  'token_not_yet_valid',
  'token_claims_invalid',
] as const;

/** An app API key asks about its own app; a PAT or session about those of workspaces it may ask in. */
const access = () => ({
  kind: 'handler' as const,
  ownCredentials: ['app-key'] as const,
  appKeyPermission: 'tokens:authorize',
  authorization: {
    action: 'heimdall.token.authorize',
    access: 'read',
    lowestRole: 'admin',
    scopes: [],
    resource: 'pcft:heimdall:app/{app}',
    workspace: { from: 'located', locator: 'subjectApp' },
  } satisfies Authorization,
});

// A role may hold 200 permissions of 130 characters, and a token carries them all.
const subjectToken = () => secret('The access token to check.', { minLength: 1, maxLength: 49_152 });

const question = () => ({
  permission: Type.Optional(permission()),
  permissions: Type.Optional(
    Type.Array(permission(), { minItems: 1, maxItems: 50, description: 'All are needed.' }),
  ),
  resource: Type.Optional(
    Type.String({ minLength: 1, maxLength: 500, description: 'Echoed into the audit row.' }),
  ),
});

const decision = () => ({
  allowed: Type.Boolean(),
  reason: oneOf(authorizeReasons),
  principal: nullable(
    object({
      type: oneOf(['user', 'credential']),
      id: Type.String(),
      app_id: Type.String(),
      email: nullable(Type.String()),
      tenant: Type.Optional(
        id('ten', 'Only where the token is for a tenant; `roles` then has those held there.'),
      ),
      roles: Type.Array(Type.String()),
      permissions: Type.Array(Type.String()),
    }),
  ),
});

const namedApp = () => Type.Optional(reference('App id or name the token has to belong to.'));

/** Seed 001. A bad caller is 401; a bad subject token is 200 `{allowed:false, reason}`. */
export const authorize = operation({
  operationId: 'authorize',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/authorize'),
  summary: 'Verify a token and check permissions',
  description:
    'Exactly one of `permission` and `permissions`. Roles and permissions are those of the moment, also where the ' +
    'token is older. An app API key asks about its own app, if it holds `tokens:authorize`. Without `app` it is the token that names the app; one ' +
    'of an app that the caller cannot see is answered like one of an app that does not exist: `app_unknown`. An ' +
    'allow that an app API key asked for is counted; every other call leaves an audit row.',
  dialect: 'platform',
  access: access(),
  rateClass: 'authorize',
  body: object({ token: subjectToken(), ...question(), app: namedApp() }),
  success: { status: 200, shape: 'raw', body: object(decision()) },
  event: 'token.authorized',
});

/** Many questions in one call; each is answered as `authorize` answers it. */
export const authorizeBatch = operation({
  operationId: 'authorizeBatch',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/authorize/batch'),
  summary: 'Verify tokens and check permissions, many at once',
  description:
    'At most 100 checks, answered in their order. `token` is that of every check which brings none of its own. One ' +
    'call of the limit and one audit row, whatever the number.',
  dialect: 'platform',
  access: access(),
  rateClass: 'authorize',
  maxBodyBytes: 1024 * 1024,
  body: object({
    app: namedApp(),
    token: Type.Optional(subjectToken()),
    checks: Type.Array(object({ token: Type.Optional(subjectToken()), ...question() }), {
      minItems: 1,
      maxItems: 100,
    }),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      allowed: Type.Boolean({ description: 'Whether every check is allowed.' }),
      results: Type.Array(object(decision())),
    }),
  },
  event: 'token.authorized',
});
