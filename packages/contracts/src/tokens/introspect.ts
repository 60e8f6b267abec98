import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { object, oneOf, secret, Type } from '../schema.ts';

/** RFC 7662: what a token of an app is worth at this moment, for the app's backends. */
export const introspectAppToken = operation({
  operationId: 'introspectAppToken',
  service: 'tokens',
  method: 'POST',
  ...underHeimdall('/v1/apps/:app/tokens/introspect'),
  summary: 'Introspect an access or refresh token of an app',
  description:
    'JSON or form. Anything that is not in force, or belongs to another app, is `{"active":false}` and nothing else ' +
    '(RFC 7662 section 2.2). An app API key has to hold `tokens:introspect`.',
  dialect: 'platform',
  access: {
    kind: 'handler',
    ownCredentials: ['app-key'],
    appKeyPermission: 'tokens:introspect',
    authorization: {
      action: 'heimdall.token.introspect',
      access: 'read',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:heimdall:app/{app}',
      workspace: { from: 'located', locator: 'app' },
    },
  },
  rateClass: 'authorize',
  params: appParams,
  form: true,
  body: object({
    token: secret('An access token or a refresh token.', { minLength: 1, maxLength: 49_152 }),
    token_type_hint: Type.Optional(Type.String({ maxLength: 100, description: 'RFC 7662; not needed.' })),
  }),
  success: {
    status: 200,
    shape: 'raw',
    body: object({
      active: Type.Boolean(),
      scope: Type.Optional(Type.String()),
      client_id: Type.Optional(Type.String()),
      username: Type.Optional(Type.String()),
      token_type: Type.Optional(oneOf(['Bearer', 'refresh_token'])),
      exp: Type.Optional(Type.Integer()),
      iat: Type.Optional(Type.Integer()),
      sub: Type.Optional(Type.String()),
      aud: Type.Optional(Type.String()),
      iss: Type.Optional(Type.String()),
      jti: Type.Optional(Type.String()),
      sid: Type.Optional(Type.String()),
      tenant: Type.Optional(Type.String()),
      app_id: Type.Optional(Type.String()),
      roles: Type.Optional(Type.Array(Type.String())),
      permissions: Type.Optional(Type.Array(Type.String())),
    }),
  },
  faults: ['not-found'],
  event: 'token.introspected',
});
