import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const create = (body: object, app = world.app.id) =>
  suite.call('createAppApiKey', { auth: world.owner.pat, params: { app }, body });
const authorizeWith = (secret: string) =>
  suite.call('authorize', { auth: secret, body: { token: world.accessToken, permission: 'projects:read' } });

describe('201', () => {
  it('shows the secret of seed 000 once, and the key works when the call returns', async () => {
    const { status, body } = await create({ name: 'staging-service' });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^key_/),
        app_id: world.app.id,
        name: 'staging-service',
        secret: expect.stringMatching(/^hk_live_[0-9A-Za-z]{36}$/),
        prefix: 'hk_live_',
        last_four: body.secret.slice(-4),
        permissions: ['*:*'],
        last_used_at: null,
        created_at: expect.any(String),
        expires_at: null,
      },
    ]);
    expect((await authorizeWith(body.secret as string)).body).toMatchObject({ allowed: true });
  });

  it('by the name of the app as well', async () => {
    expect((await create({ name: 'by-name' }, world.app.name)).body.app_id).toBe(world.app.id);
  });

  it('with permissions, which tokens learns of', async () => {
    const { body } = await create({ name: 'narrow', permissions: ['tokens:authorize'] });
    expect(body.permissions).toEqual(['tokens:authorize']);
    const { rows } = await suite
      .database('tokens')
      .query('SELECT permissions FROM directory_app_key WHERE id = $1', [body.id]);
    expect(rows).toEqual([{ permissions: ['tokens:authorize'] }]);
  });

  it('with an end', async () => {
    const { body } = await create({ name: 'short-lived', expires_in: 60 });
    const life = Date.parse(body.expires_at as string) - Date.parse(body.created_at as string);
    expect(life).toBe(60_000);
    await suite
      .database('tokens', 'owner')
      .query("UPDATE directory_app_key SET expires_at = now() - interval '1 second' WHERE id = $1", [
        body.id,
      ]);
    expect((await authorizeWith(body.secret as string)).status).toBe(401);
  });

  it('keeps the secret nowhere: neither of the two databases holds it', async () => {
    const { body } = await create({ name: 'kept-nowhere' });
    const secret = body.secret as string;
    for (const [database, tables] of [
      ['heimdall_admin', ['app_key', 'directory_change', 'outbox_event']],
      ['tokens', ['directory_app_key', 'outbox_event']],
    ] as const) {
      for (const table of tables) {
        const { rows } = await suite
          .database(database)
          .query(`SELECT 1 FROM ${table} t WHERE t::text LIKE '%' || $1 || '%'`, [secret]);
        expect([table, rows]).toEqual([table, []]);
      }
    }
  });
});

describe('400', () => {
  it.each([
    {},
    { name: '' },
    { name: 'x', expires_in: 59 },
    { name: 'x', expires_in: 1.5 },
    { name: 'x', secret: 'hk_live_mine' },
    { name: 'x', permissions: ['authorize'] },
  ])('with %j', async (body) => {
    expect((await create(body)).status).toBe(400);
  });
});
