import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exactly, matching, type FieldRules } from '../documents/compare-answer.ts';
import { anyObject, anyTime, idRule, someNumber, someText, timeAt } from './example-rules.ts';
import { endpointsOf, extractReference, type Piece } from './extract-reference.ts';
import type { Reader } from './fill-in.ts';
import type { ReferenceClient } from './reference-client.ts';
import { ReferenceRun, type ReferenceRow } from './reference-run.ts';

export function readReference(): Piece[] {
  return extractReference(readFileSync(join(import.meta.dirname, 'document.txt'), 'utf8'));
}

export interface FollowOptions {
  readonly pieces: readonly Piece[];
  readonly reader: Reader;
  readonly client: ReferenceClient;
  /** Origin that the deployment names itself by, for the links it hands out. */
  readonly publicUrl: string;
  /** Asked while app, user and role are still there: what takes away comes last. */
  readonly beforeLeaving: () => Promise<void>;
}

/** "role.assigned" as often as makes more than one page of the printed ten. */
const assignments = 12;
const page = { total: 47, limit: 10, offset: 0, has_more: true };

/**
 * Follows the reference from the first app to its archiving: every printed request as printed, every other endpoint with
 * a request that its sentence asks for. The rows come in the order of the document.
 */
export async function followReference(options: FollowOptions): Promise<ReferenceRow[]> {
  const run = new ReferenceRun(options.pieces, options.reader, options.client);
  await followApps(run);
  const jane = await followUsers(run);
  await followRoles(run);
  await followTokens(run, jane);
  await followCredentials(run);
  await followInvites(run, options.publicUrl);
  await assignOften(run, options, jane['id'] ?? '');
  await followAuditLogs(run, jane['id'] ?? '');
  await options.beforeLeaving();
  await leave(run, jane);
  const order = endpointsOf(options.pieces).map(({ method, path }) => `${method} ${path}`);
  const place = ({ endpoint: { method, path } }: ReferenceRow) => order.indexOf(`${method} ${path}`);
  return run.rows.toSorted((a, b) => place(a) - place(b));
}

const appExample = 'Create an App';
const userExample = 'Create a user';
const roleExample = 'Create a role';
const credentialExample = 'Create service credentials';
const inviteExample = 'Create an invite';

/** A page of what the document prints one of. */
const pageOf = (body: unknown, total: number, limit = 20) => ({
  status: 200,
  body: { data: [body], pagination: { ...page, total, limit, has_more: total > limit } },
});

async function followApps(run: ReferenceRun): Promise<void> {
  const { id } = await run.example(appExample, { status: 201 });
  const app = run.printed(appExample);
  await run.call('GET /v1/apps/:app_name', {}, { status: 200, body: app, rules: { id: exactly(id) } });
  // Besides ours there are those that the workspace had before.
  const others: FieldRules = {
    'data[].name': someText,
    'data[].display_name': someText,
    'data[].status': matching('a status', /^(active|archived)$/),
    'data[].metadata': anyObject,
    'data[].created_at': anyTime,
    'data[].updated_at': anyTime,
    'pagination.total': someNumber,
    'pagination.has_more': { expected: 'a boolean', accepts: (value) => typeof value === 'boolean' },
  };
  await run.call('GET /v1/apps', {}, { ...pageOf(app, 1), rules: others });
  await run.call(
    'PATCH /v1/apps/:app_name',
    { body: { display_name: 'Acme, Inc.' } },
    {
      status: 200,
      body: run.printed(appExample, { display_name: 'Acme, Inc.' }),
      rules: { id: exactly(id) },
    },
  );
}

async function followUsers(run: ReferenceRun): Promise<Record<string, string>> {
  const jane = await run.example(userExample, { status: 201 });
  const user = run.printed(userExample);
  await run.call(
    'POST /v1/apps/:app_name/users',
    { body: { display_name: 'Jane Chen' } },
    { status: 400, body: run.printedError() },
  );
  const params = { user_id: jane['id'] ?? '' };
  const same = { id: exactly(jane['id']), app_id: exactly(jane['app_id']) };
  await run.call('GET /v1/apps/:app_name/users', {}, pageOf(user, 1));
  await run.call(
    'GET /v1/apps/:app_name/users/:user_id',
    { params },
    { status: 200, body: user, rules: same },
  );
  await run.call(
    'PATCH /v1/apps/:app_name/users/:user_id',
    { params, body: { display_name: 'Jane Q. Chen' } },
    { status: 200, body: run.printed(userExample, { display_name: 'Jane Q. Chen' }), rules: same },
  );
  return jane;
}

async function followRoles(run: ReferenceRun): Promise<void> {
  const { id } = await run.example(roleExample, { status: 201 });
  const role = run.printed(roleExample);
  const rules = { id: exactly(id) };
  const params = { role_name: 'editor' };
  await run.call('GET /v1/apps/:app_name/roles/:role_name', { params }, { status: 200, body: role, rules });
  // A new app has a role admin, which the example above names.
  await run.call(
    'GET /v1/apps/:app_name/roles',
    {},
    {
      ...pageOf(role, 2),
      rules: {
        'data[].name': matching('admin or editor', /^(admin|editor)$/),
        'data[].display_name': someText,
        'data[].permissions': { expected: 'a list', accepts: Array.isArray },
      },
    },
  );
  const fewer = ['projects:read', 'projects:write', 'comments:read'];
  await run.call(
    'PATCH /v1/apps/:app_name/roles/:role_name',
    { params, body: { permissions: fewer } },
    { status: 200, body: run.printed(roleExample, { permissions: fewer }), rules },
  );
}

async function followTokens(run: ReferenceRun, jane: Record<string, string>): Promise<void> {
  const issued = await run.example('Issue a token (user)', { status: 200 });
  const grant = run.printed('Issue a token (user)');
  const refreshed = await run.call(
    'POST /v1/apps/:app_name/tokens/refresh',
    { key: null, body: { refresh_token: issued['refresh_token'] } },
    { status: 200, body: grant },
  );
  await run.call(
    'POST /v1/authorize',
    { body: { token: refreshed['access_token'], permission: 'projects:read' } },
    {
      status: 200,
      body: { allowed: true, reason: 'allowed', principal: { id: jane['id'], roles: ['admin'] } },
    },
  );
  await run.call(
    'GET /v1/.well-known/jwks.json',
    { key: null },
    {
      status: 200,
      body: { keys: [{ kty: 'RSA', use: 'sig', alg: 'RS256', kid: 'k', n: 'n', e: 'AQAB' }] },
      rules: { 'keys[].kid': someText, 'keys[].n': someText },
    },
  );
  await run.call(
    'POST /v1/apps/:app_name/tokens/revoke',
    { key: null, body: { refresh_token: refreshed['refresh_token'] } },
    { status: 200, body: { revoked: true } },
  );
}

async function followCredentials(run: ReferenceRun): Promise<void> {
  const made = await run.example(credentialExample, { status: 201 });
  const params = { credential_id: made['id'] ?? '' };
  const shown = run.printed(credentialExample, { without: ['client_secret'] });
  await run.call('GET /v1/apps/:app_name/credentials', {}, pageOf(shown, 1));
  await run.call(
    'PATCH /v1/apps/:app_name/credentials/:credential_id',
    { params, body: { rotate: true } },
    {
      status: 200,
      // What follows from "rotate secret": the same credential, and another secret.
      body: run.printed(credentialExample),
      rules: {
        id: exactly(made['id']),
        client_id: exactly(made['client_id']),
        client_secret: {
          expected: 'another sk_live_…',
          accepts: (value) => /^sk_live_\w{36}$/.test(String(value)) && value !== made['client_secret'],
        },
      },
    },
  );
  await run.call(
    'DELETE /v1/apps/:app_name/credentials/:credential_id',
    { params },
    { status: 204, body: undefined },
  );
}

async function followInvites(run: ReferenceRun, publicUrl: string): Promise<void> {
  const inThreeDays = timeAt(() => Date.now() + 72 * 3_600_000, 'in 72 hours');
  const rules = { expires_at: inThreeDays, invite_url: someText };
  const made = await run.example(inviteExample, { status: 201, rules });
  const link = `${publicUrl}/heimdall/v1/invites/${made['token'] ?? ''}/accept`;
  run.also('invite_url (leads to the token)', link, made['invite_url']);
  const pending = run.printed(inviteExample, { without: ['token', 'invite_url'] });
  await run.call(
    'GET /v1/apps/:app_name/invites',
    {},
    { ...pageOf(pending, 1), rules: { 'data[].expires_at': inThreeDays } },
  );
  await run.call(
    'POST /v1/invites/:invite_token/accept',
    {
      key: null,
      params: { invite_token: made['token'] ?? '' },
      body: { password: run.reader.password, display_name: 'Bob' },
    },
    {
      status: 200,
      body: run.printed(userExample, {
        ...{ email: 'bob@contractor.io', display_name: 'Bob', roles: ['editor'], metadata: {} },
      }),
    },
  );
  const again = await run.example(inviteExample, { status: 201, rules });
  await run.call(
    'DELETE /v1/apps/:app_name/invites/:invite_id',
    { params: { invite_id: again['id'] ?? '' } },
    { status: 204, body: undefined },
  );
}

/** The first of each makes the rows of the two endpoints; the others only fill the log. */
async function assignOften(run: ReferenceRun, { client }: FollowOptions, userId: string): Promise<void> {
  const { appName, adminKey } = run.reader;
  const roles = `/v1/apps/${appName}/users/${userId}/roles`;
  const headers = { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' };
  const rules = { id: exactly(userId), display_name: someText };
  const user = (...names: string[]) => ({
    status: 200,
    body: run.printed(userExample, { roles: names }),
    rules,
  });
  await run.call(
    'POST /v1/apps/:app_name/users/:user_id/roles',
    { params: { user_id: userId }, body: { role: 'editor' } },
    user('admin', 'editor'),
  );
  await run.call(
    'DELETE /v1/apps/:app_name/users/:user_id/roles/:role_name',
    { params: { user_id: userId, role_name: 'editor' } },
    user('admin'),
  );
  for (let count = 2; count <= assignments; count++) {
    await client.send({ method: 'POST', target: roles, headers, body: '{"role":"editor"}' });
    if (count < assignments)
      await client.send({
        method: 'DELETE',
        target: `${roles}/editor`,
        headers: { Authorization: headers.Authorization },
      });
  }
}

async function followAuditLogs(run: ReferenceRun, userId: string): Promise<void> {
  const rules: FieldRules = {
    // The admin key belongs to an account, which 001 calls a user.
    'data[].actor_id': matching('usr_ or acc_ and a ULID', /^(usr|acc)_[0-9A-HJKMNP-TV-Z]{26}$/),
    'data[].target_id': exactly(userId),
    'data[].ip_address': matching('an address', /^[0-9a-f.:]+$/),
    'pagination.total': exactly(assignments),
  };
  let logs: Record<string, unknown> = {};
  // Rows are in the log within two seconds.
  for (let attempt = 0; attempt < 8; attempt++) {
    if (attempt > 0) run.rows.pop();
    logs = await run.example('Query audit logs', { status: 200, rules });
    if ((logs['pagination'] as { total?: number } | undefined)?.total === assignments) break;
    await delay(500);
  }
  const [first] = (logs['data'] ?? []) as Record<string, string>[];
  const [printed] = run.printed('Query audit logs')['data'] as Record<string, unknown>[];
  await run.call(
    'GET /v1/apps/:app_name/audit-logs/:log_id',
    { params: { log_id: first?.['id'] ?? '' } },
    {
      status: 200,
      body: printed,
      rules: {
        ...{ id: exactly(first?.['id']), target_id: exactly(userId), app_id: idRule('app_') },
        actor_id: exactly(first?.['actor_id']),
        ip_address: exactly(first?.['ip_address']),
      },
    },
  );
}

async function leave(run: ReferenceRun, jane: Record<string, string>): Promise<void> {
  await run.call(
    'DELETE /v1/apps/:app_name/roles/:role_name',
    { params: { role_name: 'editor' } },
    { status: 204, body: undefined },
  );
  await run.call(
    'DELETE /v1/apps/:app_name/users/:user_id',
    { params: { user_id: jane['id'] ?? '' } },
    {
      status: 200,
      body: run.printed(userExample, { status: 'deactivated' }),
      rules: { id: exactly(jane['id']), display_name: someText },
    },
  );
  await run.call(
    'DELETE /v1/apps/:app_name',
    {},
    {
      status: 200,
      body: run.printed(appExample, { status: 'archived' }),
      rules: { display_name: someText },
    },
  );
}
