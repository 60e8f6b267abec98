import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const create = (body: object, more: object = {}) =>
  suite.call('createApp', { auth: world.owner.pat, body, ...more });

describe('201', () => {
  it('answers the body of seed 001, field for field', async () => {
    const name = uniqueName('acme');
    const metadata = { plan: 'growth', region: 'us-east-1' };
    const { status, body } = await create({ name, display_name: 'Acme Corporation', metadata });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^app_/),
      name,
      slug: name,
      workspace_id: world.owner.workspace.id,
      display_name: 'Acme Corporation',
      status: 'active',
      metadata,
      created_at: expect.any(String),
      updated_at: body.created_at,
    });
  });

  it.each([{ alias: true }, { on: 'gateway' }, { alias: true, on: 'gateway' }])(
    'also with %j',
    async (more) => {
      const { status } = await create({ name: uniqueName('acme'), display_name: 'Acme' }, more);
      expect(status).toBe(201);
    },
  );

  it('takes slug for name, and both when they are equal', async () => {
    const [one, both] = [uniqueName('acme'), uniqueName('acme')];
    expect((await create({ slug: one, display_name: 'Acme' })).body).toMatchObject({
      name: one,
      metadata: {},
    });
    expect((await create({ slug: both, name: both, display_name: 'Acme' })).status).toBe(201);
  });

  it.each(['id', 'slug'] as const)('in the workspace that workspace_id names by %s', async (by) => {
    const session = world.owner.session;
    const { status, body } = await create(
      { name: uniqueName('acme'), display_name: 'Acme', workspace_id: world.owner.workspace[by] },
      { auth: session },
    );
    expect([status, body.workspace_id]).toEqual([201, world.owner.workspace.id]);
  });

  it('starts with a role admin that allows everything', async () => {
    const { body: app } = await create({ name: uniqueName('acme'), display_name: 'Acme' });
    const params = { app: app.id as string };
    const credentials = { email: 'jane@acme.co', password: 'correct horse battery' };
    await suite.call('createUser', {
      auth: world.owner.pat,
      params,
      body: { ...credentials, role: 'admin' },
    });
    const token = await suite.call('issueToken', {
      params,
      body: { grant_type: 'password', ...credentials },
    });
    const answer = await suite.call('authorize', {
      auth: world.owner.pat,
      body: { token: token.body.access_token, permission: 'anything:whatever' },
    });
    expect(answer.body).toMatchObject({
      allowed: true,
      principal: { roles: ['admin'], permissions: ['*:*'] },
    });
  });
});

describe('409 when the name is taken', () => {
  it('in the same workspace', async () => {
    const { status, body } = await create({ name: world.app.name, display_name: 'Acme' });
    expect([status, body.error.details]).toEqual([409, [{ field: 'name', reason: 'taken' }]]);
  });

  it('in another workspace: names are global', async () => {
    const stranger = await suite.createOwner();
    const { status } = await create({ name: world.app.name, display_name: 'Acme' }, { auth: stranger.pat });
    expect(status).toBe(409);
  });

  it('by one of 20 who ask at once: the other 19', async () => {
    const body = { name: uniqueName('race'), display_name: 'Acme' };
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await create(body)).status));
    expect(statuses.sort()).toEqual([201, ...Array<number>(19).fill(409)]);
  });

  it('and leaves nothing behind: no app, no role, no record on its way to tokens', async () => {
    const count = async () => {
      const { rows } = await suite
        .database('heimdall_admin')
        .query('SELECT (SELECT count(*) FROM app) AS apps, (SELECT count(*) FROM role) AS roles');
      return rows[0] as unknown;
    };
    const before = await count();
    expect((await create({ name: world.app.name, display_name: 'Acme' })).status).toBe(409);
    expect(await count()).toEqual(before);
  });
});

describe('400', () => {
  it.each([
    ['name', { display_name: 'Acme' }],
    ['slug', { name: 'acme-one', slug: 'acme-two', display_name: 'Acme' }],
    ['name', { name: 'Acme', display_name: 'Acme' }],
    ['name', { name: 'a', display_name: 'Acme' }],
    ['name', { name: '-acme', display_name: 'Acme' }],
    ['name', { name: 'app_01HQ3KXFG600000000000000000', display_name: 'Acme' }],
    ['name', { name: 'a'.repeat(64), display_name: 'Acme' }],
    ['display_name', { name: 'acme-x' }],
    ['display_name', { name: 'acme-x', display_name: 'two\nlines' }],
    ['metadata', { name: 'acme-x', display_name: 'Acme', metadata: [] }],
    ['status', { name: 'acme-x', display_name: 'Acme', status: 'archived' }],
  ])('names the field %s of %j', async (field, body) => {
    const answer = await create(body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.body.error.details[0].field).toBe(field);
  });
});

describe('the audit row', () => {
  it('stands in the transaction, with app, target and event', async () => {
    const { body, headers } = await create({ name: uniqueName('acme'), display_name: 'Acme' });
    const deadline = Date.now() + 5000;
    let rows: { action: string; app_id: string; target: unknown }[] = [];
    while (rows.length === 0 && Date.now() < deadline) {
      await sleep(100);
      const logs = await suite.call('listAuditLogs', { auth: world.owner.pat, query: { limit: 100 } });
      rows = logs.body.data.filter(
        (row: { request_id: string }) => row.request_id === headers['x-request-id'],
      );
    }
    expect(rows).toEqual([
      expect.objectContaining({
        action: 'app.created',
        app_id: body.id,
        target_type: 'app',
        target_id: body.id,
      }),
    ]);
  });
});
