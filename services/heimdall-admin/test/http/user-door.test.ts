import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;
/** bcrypt of the word "password". */
const hash = '$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu';

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

type Caller = 'tokens' | 'heimdall-admin' | 'platform';
const door = (
  operationId: string,
  id: string,
  body: object,
  asService: Caller = 'tokens',
  app = world.app.id,
) => suite.call(operationId, { asService, params: { app_id: app, user_id: id }, body });
const register = (id: string, email: string, more: object = {}) =>
  door('registerUser', id, { email, password_hash: hash, ...more });
const newUser = async () => {
  const [id, email] = [createId('usr_'), `${uniqueName('door')}@acme.co`];
  const { body } = await expectStatus(register(id, email), 201);
  return { id, email, version: body.version as number };
};
const signIn = async (email: string) => {
  const body = { grant_type: 'password', email, password: 'password' };
  return (await suite.call('issueToken', { params: { app: world.app.id }, body })).status;
};

describe('registerUser', () => {
  it('creates a user who can sign in when the call returns; a repetition changes nothing', async () => {
    const [id, email] = [createId('usr_'), `${uniqueName('door')}@acme.co`];
    const input = { display_name: 'Jane', roles: [world.role.name, 'gone'], metadata: { source: 'web' } };
    const { status, body } = await register(id, email, input);
    expect([status, body]).toEqual([
      201,
      {
        id,
        app_id: world.app.id,
        version: 1,
        email,
        email_verified: false,
        display_name: 'Jane',
        roles: [world.role.name],
        status: 'active',
        metadata: { source: 'web' },
        created_at: expect.any(String),
        updated_at: body.created_at,
      },
    ]);
    expect((await register(id, email, { display_name: 'Other' })).body).toEqual(body);
    expect(await signIn(email)).toBe(200);
    const rows = await auditRows(id);
    expect(rows.filter(({ action }) => action === 'user.registered')).toEqual([
      expect.objectContaining({ actor_id: id, target_type: 'user', target_id: id, app_id: world.app.id }),
    ]);
  });

  it('409 for an address or an id that is taken, one of 10 at a time', async () => {
    const user = await newUser();
    expect((await register(createId('usr_'), user.email.toUpperCase())).status).toBe(409);
    expect((await register(user.id, `other-${user.email}`)).status).toBe(409);
    const email = `${uniqueName('race')}@acme.co`;
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await register(createId('usr_'), email)).status),
    );
    expect(statuses.sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });
});

describe('changeUser', () => {
  it('changes what is given', async () => {
    const user = await newUser();
    const { body } = await door('changeUser', user.id, {
      event: 'user.updated',
      expected_version: user.version,
      display_name: 'Jane Chen',
      metadata: { theme: 'dark' },
      email_verified: true,
    });
    expect(body).toMatchObject({
      version: user.version + 1,
      display_name: 'Jane Chen',
      metadata: { theme: 'dark' },
      email_verified: true,
    });
    const rows = await auditRows(user.id, 'user.updated');
    expect(rows).toMatchObject([
      {
        action: 'user.updated',
        actor_id: user.id,
        metadata: { fields: ['display_name', 'email_verified', 'metadata'] },
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain('$2y$');
  });

  it('a password ends the sessions when it says so', async () => {
    const user = await newUser();
    const epoch = async () => {
      const { rows } = await suite
        .database('tokens')
        .query('SELECT session_epoch FROM directory_user WHERE id = $1', [user.id]);
      return (rows[0] as { session_epoch: number }).session_epoch;
    };
    await expectStatus(
      door('changeUser', user.id, { event: 'user.password-upgraded', password_hash: hash }),
      200,
    );
    expect(await epoch()).toBe(1);
    await expectStatus(
      door('changeUser', user.id, {
        event: 'user.password-changed',
        password_hash: hash,
        end_sessions: true,
      }),
      200,
    );
    expect(await epoch()).toBe(2);
    const kept = async () =>
      (
        await suite
          .database('tokens')
          .query('SELECT kept_session_id, sessions_ended_at FROM directory_user WHERE id = $1', [user.id])
      ).rows as unknown[];
    const [before] = await kept();
    const session = createId('ses_');
    await expectStatus(
      door('changeUser', user.id, {
        event: 'user.updated',
        end_sessions: true,
        kept_session_id: session,
      }),
      200,
    );
    // It ends all but one: what says that all have ended stays as it was.
    expect([await epoch(), await kept()]).toEqual([3, [{ ...(before as object), kept_session_id: session }]]);
    const notice = await suite.inbox.waitFor({
      to: user.email,
      subject: 'Your password for An app was changed',
    });
    expect(notice.text).toContain('by somebody who knew the old one');
    // One that was only hashed anew is nobody's news.
    expect(await suite.inbox.list({ to: user.email })).toHaveLength(1);
  });

  it('409 for an older version, a deactivated user and an address that is taken', async () => {
    const user = await newUser();
    const change = (body: object) => door('changeUser', user.id, { event: 'user.updated', ...body });
    const stale = await change({ expected_version: 7, display_name: 'x' });
    expect([stale.status, stale.body.error.details]).toEqual([
      409,
      [{ field: 'expected_version', reason: 'changed' }],
    ]);
    expect((await change({ email: world.user.email })).status).toBe(409);
    const params = { app: world.app.id, user_id: user.id };
    await expectStatus(suite.call('deactivateUser', { auth: world.owner.pat, params }), 200);
    expect((await change({ display_name: 'x' })).body.error.details).toEqual([
      { field: 'status', reason: 'deactivated' },
    ]);
  });
});

describe('reportLastUse', () => {
  it('shows in the lists, and an earlier time changes nothing', async () => {
    const report = (at: string) =>
      suite.call('reportLastUse', {
        asService: 'tokens',
        body: { items: [world.appKey.id, world.credential.id, createId('key_')].map((id) => ({ id, at })) },
      });
    const at = '2026-11-22T10:00:00.000Z';
    expect((await report(at)).status).toBe(204);
    expect((await report('2026-11-22T09:00:00.000Z')).status).toBe(204);
    const input = { auth: world.owner.pat, params: { app: world.app.id } };
    for (const operationId of ['listAppApiKeys', 'listCredentials'])
      expect((await suite.call(operationId, input)).body.data[0]).toMatchObject({ last_used_at: at });
  });
});

describe('tokens', () => {
  it('reports the use of a key and of a credential by itself', async () => {
    const fresh = await createWorld(suite);
    const { id: app } = fresh.app;
    const body = { token: fresh.accessToken, permission: 'projects:read' };
    await expectStatus(suite.call('authorize', { auth: fresh.appKey.secret, body }), 200);
    const grant = {
      grant_type: 'client_credentials',
      client_id: fresh.credential.clientId,
      client_secret: fresh.credential.secret,
    };
    await expectStatus(suite.call('issueToken', { params: { app }, body: grant }), 200);
    const lastUse = async (operationId: string) => {
      const { body: page } = await suite.call(operationId, { auth: fresh.owner.pat, params: { app } });
      return page.data[0].last_used_at as string | null;
    };
    const deadline = Date.now() + 12_000;
    const both = async () => [await lastUse('listAppApiKeys'), await lastUse('listCredentials')];
    while ((await both()).includes(null) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 200));
    for (const at of await both()) expect(Math.abs(Date.parse(at ?? '') - Date.now())).toBeLessThan(60_000);
  }, 30_000);
});

describe('403 for every service but tokens', () => {
  it.each([
    ['registerUser', { email: 'a@acme.co', password_hash: null }],
    ['changeUser', { event: 'user.updated' }],
    ['reportLastUse', { items: [{ id: createId('key_'), at: '2026-11-22T10:00:00Z' }] }],
  ])('%s', async (operationId, body) => {
    expect((await door(operationId, world.user.id, body, 'platform')).status).toBe(403);
    expect((await door(operationId, world.user.id, body, 'heimdall-admin')).status).toBe(403);
  });
});

describe('404', () => {
  it('for an app or a user that does not exist, and a user of another app', async () => {
    const body = { event: 'user.updated', display_name: 'x' };
    expect((await door('changeUser', createId('usr_'), body)).status).toBe(404);
    expect((await door('changeUser', world.user.id, body, 'tokens', createId('app_'))).status).toBe(404);
    const registration = { email: 'a@acme.co', password_hash: null };
    const nowhere = await door('registerUser', createId('usr_'), registration, 'tokens', createId('app_'));
    expect(nowhere.status).toBe(404);
    const other = await createWorld(suite);
    expect((await door('changeUser', other.user.id, body)).status).toBe(404);
  });
});

/** Rows of the workspace's log about a user, once there is one. */
async function auditRows(id: string, action = 'user.registered') {
  const deadline = Date.now() + 5000;
  for (;;) {
    const { body } = await suite.call('listAuditLogs', {
      auth: world.owner.pat,
      query: { target_id: id, action, limit: 100 },
    });
    if (body.data.length > 0 || Date.now() > deadline) return body.data as Record<string, unknown>[];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
