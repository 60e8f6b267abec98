import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import {
  connectSuite,
  createWorld,
  expectStatus,
  linkIn,
  tokenIn,
  uniqueName,
  type Suite,
  type World,
} from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const password = 'a long password of a guest';
const address = () => `${uniqueName('bob')}@contractor.io`;
const call = (operationId: string, input: { params?: object; body?: object; query?: object } = {}) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { app: world.app.name, ...input.params },
    ...(input.body && { body: input.body }),
    ...(input.query && { query: input.query as Record<string, string> }),
  });
const create = (more: object = {}) =>
  call('createInvite', { body: { email: address(), role: world.role.name, ...more } });
const invite = async (more: object = {}) =>
  (await expectStatus(create(more), 201)).body as { id: string; token: string; email: string };
const accept = (token: string, more: object = {}) =>
  suite.call('acceptInvite', { params: { invite_token: token }, body: { password, ...more } });
const usersOf = async (email: string) =>
  (await call('listUsers', { query: { email_prefix: email } })).body.data as { roles: string[] }[];
const pendingIds = async () =>
  ((await call('listInvites', { query: { limit: 100 } })).body.data as { id: string }[]).map(({ id }) => id);
const signIn = (email: string, more: object = {}) =>
  suite.call('issueToken', {
    params: { app: world.app.id },
    body: { grant_type: 'password', email, password, ...more },
  });
const expire = (id: string) =>
  suite.database('heimdall_admin', 'owner').query('UPDATE invite SET expires_at = now() WHERE id = $1', [id]);

async function rowsOf(action: string, requestId: unknown): Promise<Record<string, unknown>[]> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const logs = await suite.call('listAuditLogs', { auth: world.owner.pat, query: { action, limit: 100 } });
    const rows = (logs.body.data as Record<string, unknown>[]).filter(
      ({ request_id: id }) => id === requestId,
    );
    if (rows.length > 0 || Date.now() > deadline) return rows;
    await sleep(100);
  }
}

describe('createInvite', () => {
  it('answers the body that seed 001 prints', async () => {
    const email = address();
    const { status, body } = await create({ email, expires_in_hours: 72, max_uses: 1 });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^inv_/),
        app_id: world.app.id,
        email,
        role: world.role.name,
        token: expect.stringMatching(/^inv_tok_[0-9A-Za-z]{36}$/),
        invite_url: expect.stringMatching(/\/heimdall\/v1\/invites\/inv_tok_[0-9A-Za-z]{36}\/accept$/),
        expires_at: expect.any(String),
        max_uses: 1,
        uses: 0,
        created_at: expect.any(String),
      },
    ]);
    expect(body.invite_url).toContain(body.token);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(72 * 3_600_000);
  });

  it('mails the link under the name of the app', async () => {
    const { email, token } = await invite();
    const mail = await suite.inbox.waitFor({ to: email, subject: 'Invitation to An app' });
    expect(mail.from).toContain('An app');
    expect(linkIn(mail).pathname).toBe('/account/accept-app-invite');
    expect(tokenIn(mail)).toBe(token);
  });

  it('mails in the words of the app, and to its page', async () => {
    const fresh = await createWorld(suite);
    const inApp = { auth: fresh.owner.pat, params: { app: fresh.app.id } };
    const mail = {
      from_name: 'The Acme team',
      templates: {
        invite: { subject: 'Join {{app}}, {{name}}', text: 'Hello,\n\nopen {{url}}\n\n{{email}}' },
      },
      links: { invite: 'https://acme.example/join?from=mail' },
    };
    await expectStatus(suite.call('updateAppSettings', { ...inApp, body: { mail } }), 200);
    const email = address();
    const body = { email, role: fresh.role.name };
    const { body: created } = await expectStatus(suite.call('createInvite', { ...inApp, body }), 201);
    const received = await suite.inbox.waitFor({ to: email });
    expect(received.subject).toBe(`Join An app, ${email.split('@')[0] ?? ''}`);
    expect(received.from).toContain('The Acme team');
    expect(linkIn(received).href).toBe(`https://acme.example/join?from=mail&token=${created.token}`);
  });

  it('400 for a role or a tenant that the app does not have', async () => {
    const role = await create({ role: 'no-such-role' });
    expect([role.status, role.body.error.details]).toEqual([
      400,
      [{ field: 'role', reason: 'unknown role' }],
    ]);
    const other = await createWorld(suite);
    const tenant = await create({ tenant_id: other.tenant.id });
    expect([tenant.status, tenant.body.error.details]).toEqual([
      400,
      [{ field: 'tenant_id', reason: 'unknown tenant' }],
    ]);
  });

  it('keeps no token: neither the table nor the queue of mails has it', async () => {
    const { token } = await invite();
    const { rows } = await suite
      .database('heimdall_admin', 'owner')
      .query(
        'SELECT row_to_json(invite)::text AS row FROM invite UNION ALL SELECT row_to_json(queued_mail)::text FROM queued_mail',
      );
    expect((rows as { row: string }[]).filter(({ row }) => row.includes(token))).toEqual([]);
  });
});

describe('listInvites and revokeInvite', () => {
  it('list what is pending, without its token; what is revoked, used or expired is gone', async () => {
    const [revoked, used, expired] = [await invite(), await invite(), await invite()];
    const ids = [revoked.id, used.id, expired.id];
    expect(await pendingIds()).toEqual(expect.arrayContaining(ids));
    const { body } = await call('listInvites', { query: { limit: 1 } });
    expect(Object.keys(body.data[0])).not.toEqual(expect.arrayContaining(['token']));
    const revoke = () => call('revokeInvite', { params: { invite_id: revoked.id } });
    expect((await revoke()).status).toBe(204);
    expect((await revoke()).status).toBe(404);
    await expectStatus(accept(used.token), 200);
    await expire(expired.id);
    expect((await pendingIds()).filter((id) => ids.includes(id))).toEqual([]);
  });

  it('404 for an invite of another app', async () => {
    const other = await createWorld(suite);
    expect((await call('revokeInvite', { params: { invite_id: other.appInvite.id } })).status).toBe(404);
  });
});

describe('acceptInvite', () => {
  it('makes a new user with the role, who signs in', async () => {
    const { id, token, email } = await invite();
    const answer = await accept(token, { display_name: 'Bob' });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      {
        app_id: world.app.id,
        email,
        email_verified: true,
        display_name: 'Bob',
        roles: [world.role.name],
        status: 'active',
      },
    ]);
    expect((await signIn(email)).status).toBe(200);
    expect(await rowsOf('invite.accepted', answer.headers['x-request-id'])).toEqual([
      expect.objectContaining({
        actor_id: answer.body.id,
        app_id: world.app.id,
        target_type: 'user',
        target_id: answer.body.id,
        outcome: 'success',
        metadata: { invite_id: id, role: world.role.name },
      }),
    ]);
  });

  it('gives an existing user the role, for the password there is', async () => {
    const email = address();
    await expectStatus(call('createUser', { body: { email, password, role: 'admin' } }), 201);
    const { token } = await invite({ email });
    const wrong = await accept(token, { password: 'another long password' });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    const answer = await accept(token);
    expect([answer.status, answer.body.roles]).toEqual([200, ['admin', world.role.name]]);
    expect((await accept(token)).status).toBe(410);
  });

  it('counts no use for who has all of it already', async () => {
    const email = address();
    await expectStatus(call('createUser', { body: { email, password, role: world.role.name } }), 201);
    const { id, token } = await invite({ email });
    expect((await accept(token)).status).toBe(200);
    expect(await pendingIds()).toContain(id);
  });

  it('makes a member of a tenant, where alone the role counts', async () => {
    const { token, email } = await invite({ tenant_id: world.tenant.id });
    const { body } = await expectStatus(accept(token), 200);
    expect(body.roles).toEqual([]);
    const members = await call('listTenantMembers', { params: { tenant: world.tenant.id } });
    expect(members.body.data).toContainEqual(
      expect.objectContaining({ user_id: body.id, role: world.role.name }),
    );
    expect((await signIn(email, { tenant_id: world.tenant.id })).status).toBe(200);
  });

  it('with several uses is a link for anybody, under an address of their own', async () => {
    const { token } = await invite({ max_uses: 2 });
    const without = await accept(token);
    expect([without.status, without.body.error.details]).toEqual([
      400,
      [{ field: 'email', reason: 'required' }],
    ]);
    for (const email of [address(), address()]) {
      const { body } = await expectStatus(accept(token, { email }), 200);
      expect(body).toMatchObject({ email, email_verified: false, roles: [world.role.name] });
    }
    expect((await accept(token, { email: address() })).status).toBe(410);
  });

  it('50 tries at once of an invite of one use: one succeeds, and there is one user', async () => {
    const { token, email } = await invite();
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(token)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // So many at once may be guesses (429), or too many for the machine (503): asked again they are told what the others were.
    const refusals = statuses.filter((status) => ![200, 429, 503].includes(status));
    refusals.push((await accept(token)).status);
    expect(new Set(refusals)).toEqual(new Set([410]));
    expect(await usersOf(email)).toHaveLength(1);
    const { rows } = await suite
      .database('heimdall_admin', 'owner')
      .query('SELECT uses FROM invite WHERE email = $1', [email]);
    expect(rows).toEqual([{ uses: 1 }]);
  });

  it('20 tries at once by different people of an invite of three uses: three succeed', async () => {
    const { token } = await invite({ max_uses: 3 });
    const tries = Array.from({ length: 20 }, () => accept(token, { email: address() }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 410 || status === 503)).toHaveLength(17);
  });

  it('410 when expired, used up or revoked: nothing is changed, and a row says so', async () => {
    const [expired, revoked, used] = [await invite(), await invite(), await invite()];
    await expire(expired.id);
    await expectStatus(call('revokeInvite', { params: { invite_id: revoked.id } }), 204);
    await expectStatus(accept(used.token), 200);
    for (const { id, token, email } of [expired, revoked, used]) {
      const before = await usersOf(email);
      const answer = await accept(token, { password: 'quite another password' });
      expect([answer.status, answer.body.error.code]).toEqual([410, 'INVITE_CLOSED']);
      expect(await usersOf(email)).toEqual(before);
      expect(await rowsOf('invite.refused', answer.headers['x-request-id'])).toEqual([
        expect.objectContaining({
          app_id: world.app.id,
          target_type: 'invite',
          target_id: id,
          outcome: 'denied',
        }),
      ]);
    }
  });

  it('403 for another address than the invited one', async () => {
    const { token } = await invite();
    const answer = await accept(token, { email: address() });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'INVITE_FOR_ANOTHER_ADDRESS']);
  });

  it('400 for a password against the rules, those of the app included; the invite stays good', async () => {
    const { id, token, email } = await invite();
    for (const bad of ['short', 'password123', `${email.split('@')[0] ?? ''}1`])
      expect([bad, (await accept(token, { password: bad })).status]).toEqual([bad, 400]);
    const strict = await createWorld(suite);
    await expectStatus(
      suite.call('updateAppSettings', {
        ...{ auth: strict.owner.pat, params: { app: strict.app.id } },
        body: { password: { min_length: 40 } },
      }),
      200,
    );
    const answer = await accept(strict.appInvite.token);
    expect([answer.status, answer.body.error.details]).toEqual([
      400,
      [{ field: 'password', reason: 'must have at least 40 characters' }],
    ]);
    expect(await pendingIds()).toContain(id);
  });

  it('401 for a deactivated user and for one who has no password', async () => {
    const email = address();
    const { body: user } = await expectStatus(call('createUser', { body: { email } }), 201);
    const { token } = await invite({ email });
    expect((await accept(token)).status).toBe(401);
    await expectStatus(call('updateUser', { params: { user_id: user.id }, body: { password } }), 200);
    await expectStatus(call('deactivateUser', { params: { user_id: user.id } }), 200);
    expect((await accept(token)).status).toBe(401);
    expect(await usersOf(email)).toMatchObject([{ roles: [] }]);
  });

  it('404 for a token that was never issued, and for what is none', async () => {
    for (const token of [createToken('invite-token'), `${createToken('invite-token').slice(0, -1)}_`])
      expect((await accept(token)).status).toBe(404);
  });

  it('410 once the role is deleted', async () => {
    const role = uniqueName('role');
    await expectStatus(call('createRole', { body: { name: role, permissions: [] } }), 201);
    const { token } = await invite({ role });
    await expectStatus(call('deleteRole', { params: { role_name: role } }), 204);
    expect((await accept(token)).status).toBe(410);
  });
});
