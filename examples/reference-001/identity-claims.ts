import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { errorOf, type ClaimContext, type Reply } from './claim-context.ts';
import type { Claim } from './claim-list.ts';

const within = ({ otherApp }: ClaimContext) => `/v1/apps/${otherApp}`;

const signIn = (context: ClaimContext): Promise<Reply> =>
  context.call(`POST ${within(context)}/tokens`, {
    key: null,
    body: { grant_type: 'password', email: context.user.email, password: context.reader.password },
  });

const asMachine = (context: ClaimContext, secret = context.credential.secret): Promise<Reply> =>
  context.call(`POST ${within(context)}/tokens`, {
    key: null,
    body: {
      grant_type: 'client_credentials',
      client_id: context.credential.clientId,
      client_secret: secret,
    },
  });

const authorize = async ({ call }: ClaimContext, token: string, permission: string): Promise<string> => {
  const { body } = await call('POST /v1/authorize', { body: { token, permission } });
  return `${permission} ${body.allowed ? 'yes' : 'no'}`;
};

/** What the sections say of apps, users, roles, tokens, credentials, invites and the log. */
export const identityClaims: readonly Claim[] = [
  {
    claim: 'Each App is an isolated namespace',
    expected: '404 NOT_FOUND for a user of another App, 400 VALIDATION_ERROR for a role of another',
    ask: async (context) => {
      const { call, user, reader } = context;
      const foreign = await call(`GET /v1/apps/${reader.appName}/users/${user.id}`);
      const role = await call(`POST /v1/apps/${reader.appName}/users`, {
        body: { email: 'kim@acme.co', role: 'viewer' },
      });
      return `${errorOf(foreign)} for a user of another App, ${errorOf(role)} for a role of another`;
    },
  },
  {
    claim: 'Users can hold multiple roles',
    expected: 'viewer, admin',
    ask: async (context) => {
      const made = await context.call(`POST ${within(context)}/users/${context.user.id}/roles`, {
        body: { role: 'admin' },
      });
      await context.call(`DELETE ${within(context)}/users/${context.user.id}/roles/admin`);
      return made.body.roles.join(', ');
    },
  },
  {
    claim: 'signed JWTs with App, role, and permission claims; JWKS for local verification',
    expected: 'RS256: this App, viewer, projects:read; for 3600 s',
    ask: async (context) => {
      const { body } = await signIn(context);
      const jwks = createRemoteJWKSet(
        new URL(`${context.reader.baseUrl}/v1/.well-known/jwks.json?app=${context.otherApp}`),
      );
      const { payload } = await jwtVerify(body.access_token, jwks);
      const app = await context.call(`GET ${within(context)}`);
      const which = payload['app_id'] === app.body.id && payload.aud === app.body.id ? 'this App' : 'another';
      const seconds = (payload.exp ?? 0) - (payload.iat ?? 0);
      const { alg } = decodeProtectedHeader(body.access_token);
      return `${String(alg)}: ${which}, ${String(payload['roles'])}, ${String(payload['permissions'])}; for ${String(seconds)} s`;
    },
  },
  {
    claim: 'a wrong password is refused',
    expected: '401 INVALID_CREDENTIALS',
    ask: async (context) => {
      const body = { grant_type: 'password', email: context.user.email, password: 'not this one' };
      return errorOf(await context.call(`POST ${within(context)}/tokens`, { key: null, body }));
    },
  },
  {
    claim: 'Refresh an access token',
    expected: 'a new refresh token each time; the first, later, 401 INVALID_REFRESH_TOKEN',
    ask: async (context) => {
      const refresh = (refresh_token: string) =>
        context.call(`POST ${within(context)}/tokens/refresh`, { key: null, body: { refresh_token } });
      const first = (await signIn(context)).body.refresh_token;
      const second = (await refresh(first)).body.refresh_token;
      const third = (await refresh(second)).body.refresh_token;
      const fresh = new Set([first, second, third]).size === 3 ? 'a new' : 'the same';
      return `${fresh} refresh token each time; the first, later, ${errorOf(await refresh(first))}`;
    },
  },
  {
    claim: 'Revoke a refresh token',
    expected: '200, then 401 INVALID_REFRESH_TOKEN',
    ask: async (context) => {
      const body = { refresh_token: (await signIn(context)).body.refresh_token };
      const revoked = await context.call(`POST ${within(context)}/tokens/revoke`, { key: null, body });
      const after = await context.call(`POST ${within(context)}/tokens/refresh`, { key: null, body });
      return `${String(revoked.status)}, then ${errorOf(after)}`;
    },
  },
  {
    claim: 'Update a role (including permissions)',
    expected: 'tasks:read no, then tasks:read yes, with the token from before',
    ask: async (context) => {
      const token = (await signIn(context)).body.access_token;
      const before = await authorize(context, token, 'tasks:read');
      const body = { permissions: ['projects:read', 'tasks:read'] };
      await context.call(`PATCH ${within(context)}/roles/viewer`, { body });
      return `${before}, then ${await authorize(context, token, 'tasks:read')}, with the token from before`;
    },
  },
  {
    claim: 'Each credential set is scoped to specific permissions',
    expected: 'billing:read yes, billing:write no',
    ask: async (context) => {
      const token = (await asMachine(context)).body.access_token;
      return `${await authorize(context, token, 'billing:read')}, ${await authorize(context, token, 'billing:write')}`;
    },
  },
  {
    claim: 'rotate secret',
    expected: '200 with the new one, 401 INVALID_CREDENTIALS with the old one',
    ask: async (context) => {
      const path = `${within(context)}/credentials/${context.credential.id}`;
      const { client_secret } = (await context.call(`PATCH ${path}`, { body: { rotate: true } })).body;
      const [fresh, old] = [await asMachine(context, client_secret), await asMachine(context)];
      return `${String(fresh.status)} with the new one, ${errorOf(old)} with the old one`;
    },
  },
  {
    claim: 'onboard new users into an App with a predefined role',
    expected: 'viewer; pending 1, then 0; 410 INVITE_CLOSED to a second use',
    ask: async (context) => {
      const body = { email: 'ann@contractor.io', role: 'viewer', max_uses: 1 };
      const { token } = (await context.call(`POST ${within(context)}/invites`, { body })).body;
      const pending = async () =>
        String((await context.call(`GET ${within(context)}/invites`)).body.pagination.total);
      const before = await pending();
      const accept = () =>
        context.call(`POST /v1/invites/${token}/accept`, {
          key: null,
          body: { password: context.reader.password },
        });
      const accepted = await accept();
      const after = await pending();
      return `${accepted.body.roles.join()}; pending ${before}, then ${after}; ${errorOf(await accept())} to a second use`;
    },
  },
  {
    claim: 'Deactivate a user',
    expected: 'projects:read no, 401 INVALID_CREDENTIALS at the next sign-in',
    ask: async (context) => {
      const token = (await signIn(context)).body.access_token;
      await context.call(`DELETE ${within(context)}/users/${context.user.id}`);
      const decision = await authorize(context, token, 'projects:read');
      return `${decision}, ${errorOf(await signIn(context))} at the next sign-in`;
    },
  },
  {
    claim: 'Every authentication event and permission change is recorded',
    expected: 'nothing missing',
    ask: async (context) => {
      const wanted = [
        ...[
          'token.issued success',
          'token.refused denied',
          'token.refreshed success',
          'token.revoked success',
        ],
        ...['token.reuse-detected denied', 'role.created success', 'role.updated success'],
        ...['role.assigned success', 'role.removed success', 'credential.created success'],
        ...['credential.rotated success', 'invite.created success', 'invite.accepted success'],
        ...['invite.refused denied', 'user.created success', 'user.deactivated success'],
      ];
      let missing = wanted;
      // Rows are in the log within two seconds.
      for (let attempt = 0; attempt < 8 && missing.length > 0; attempt++) {
        if (attempt > 0) await delay(500);
        const { body } = await context.call(`GET ${within(context)}/audit-logs?limit=100`);
        const there = body.data.map(({ action, outcome }) => `${action} ${outcome}`);
        missing = wanted.filter((each) => !there.includes(each));
      }
      return missing.length === 0 ? 'nothing missing' : `missing: ${missing.join(', ')}`;
    },
  },
  {
    claim: 'the immutable audit trail',
    expected: '405 METHOD_NOT_ALLOWED to PATCH, 405 METHOD_NOT_ALLOWED to DELETE',
    ask: async (context) => {
      const logs = await context.call(`GET ${within(context)}/audit-logs?limit=1`);
      const path = `${within(context)}/audit-logs/${logs.body.data[0]?.id ?? ''}`;
      const patched = await context.call(`PATCH ${path}`, { body: { action: 'nothing' } });
      return `${errorOf(patched)} to PATCH, ${errorOf(await context.call(`DELETE ${path}`))} to DELETE`;
    },
  },
];
