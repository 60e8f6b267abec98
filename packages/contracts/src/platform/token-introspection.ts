import { operation } from '../operation.ts';
import { id, object, reference, secret, Type } from '../schema.ts';
import { grantedPolicy } from './granted-policy.ts';

/**
 * RFC 7662, for backends that are no service of the suite. The caller authenticates as itself (section 2.1) and has to
 * hold the action in a workspace; it learns only of tokens that reach this workspace, and of those only what they are
 * worth there. Everything else is `{active:false}` (section 2.2): unknown, malformed, revoked, foreign alike.
 */
export const introspectToken = operation({
  operationId: 'introspectToken',
  service: 'platform',
  method: 'POST',
  path: '/v1/oauth/introspect',
  summary: 'Ask whether a token is active, and what it may do in your workspace (RFC 7662)',
  description:
    'Sent as a form or as JSON, with a PAT that may `workspace.token.introspect`. The workspace is the one the ' +
    'caller implies, or `workspace_id`. A token is active there if it is good and reaches the workspace; it is told ' +
    'with its policy there, the cap of its role, and its conditions, of which those of time are already applied.',
  dialect: 'oauth',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.token.introspect',
      access: 'read',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:platform:workspace/{workspace}/token/*',
      workspace: { from: 'implied' },
    },
  },
  rateClass: 'authorize',
  body: object({
    token: secret('The token that was presented to the caller.', { minLength: 1, maxLength: 4096 }),
    token_type_hint: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    workspace_id: Type.Optional(reference('Workspace id or slug.')),
  }),
  form: true,
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      active: Type.Boolean(),
      scope: Type.Optional(Type.String({ description: 'Scopes it was minted from, separated by spaces.' })),
      username: Type.Optional(Type.String({ description: 'E-mail address of its account.' })),
      token_type: Type.Optional(Type.Literal('Bearer')),
      exp: Type.Optional(Type.Integer()),
      iat: Type.Optional(Type.Integer()),
      nbf: Type.Optional(Type.Integer()),
      sub: Type.Optional(id('acc')),
      aud: Type.Optional(id('ws', 'The workspace it was asked about.')),
      iss: Type.Optional(Type.String()),
      jti: Type.Optional(id('pat')),
      workspace_id: Type.Optional(id('ws')),
      role: Type.Optional(object({ id: Type.String(), name: Type.String() })),
      role_cap: Type.Optional(Type.String()),
      role_policy: Type.Optional(grantedPolicy()),
      policy: Type.Optional(grantedPolicy()),
      boundary: Type.Optional(Type.Array(grantedPolicy())),
      conditions: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  },
  // A workspace that is named, and foreign or absent.
  faults: ['not-found'],
  event: 'token.introspected',
});
