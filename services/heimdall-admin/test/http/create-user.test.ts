import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const create = (body: object, app = world.app.id) =>
  suite.call('createUser', { auth: world.owner.pat, params: { app }, body });
const address = () => `${uniqueName('jane')}@acme.co`;

describe('201', () => {
  it('answers the body of seed 001, field for field, and never the password', async () => {
    const [email, metadata] = [address(), { department: 'engineering' }];
    const password = 'correct horse battery staple';
    const { status, body, text } = await create(
      { email, display_name: 'Jane Chen', password, role: 'admin', metadata },
      world.app.name,
    );
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^usr_/),
        app_id: world.app.id,
        email,
        email_verified: false,
        display_name: 'Jane Chen',
        roles: ['admin'],
        status: 'active',
        metadata,
        created_at: expect.any(String),
        updated_at: body.created_at,
      },
    ]);
    expect(text).not.toContain(password);
  });

  it('makes a name of the address, and no role', async () => {
    const email = address();
    expect((await create({ email })).body).toMatchObject({
      display_name: email.split('@')[0],
      roles: [],
      metadata: {},
    });
  });

  it('without a password there is no way in by password', async () => {
    const email = address();
    await create({ email });
    for (const password of ['x', 'null', 'undefined', '']) {
      const { status } = await suite.call('issueToken', {
        params: { app: world.app.id },
        body: { grant_type: 'password', email, password },
      });
      expect(status).toBe(password === '' ? 400 : 401);
    }
  });

  it('of the same address in two apps', async () => {
    const email = address();
    const other = await createWorld(suite);
    expect((await create({ email })).status).toBe(201);
    const { status } = await suite.call('createUser', {
      auth: other.owner.pat,
      params: { app: other.app.id },
      body: { email },
    });
    expect(status).toBe(201);
  });
});

describe('409 when the app has a user of this address', () => {
  it('however it is written', async () => {
    const email = address();
    await create({ email });
    const { status, body } = await create({ email: email.toUpperCase() });
    expect([status, body.error.details]).toEqual([409, [{ field: 'email', reason: 'taken' }]]);
  });

  it('by one of 10 who ask at once: the other 9', async () => {
    const body = { email: address() };
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await create(body)).status));
    expect(statuses.sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });
});

describe('400', () => {
  it('when the app has no such role, also if another app has', async () => {
    const other = await createWorld(suite);
    for (const role of ['no-such-role', other.role.name]) {
      const { status, body } = await create({ email: address(), role });
      expect([status, body.error.details]).toEqual([400, [{ field: 'role', reason: 'unknown role' }]]);
    }
  });

  it.each(['short', 'password123', 'aaaaaaaaaaaa', 'jane.chen@acme.co', 'Jane Chen 1'])(
    'for the password %s, which anybody would guess',
    async (password) => {
      const answer = await create({ email: 'jane.chen@acme.co', display_name: 'Jane Chen', password });
      expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'password']);
    },
  );

  it('for one that is shorter than the app wants; a good one is taken', async () => {
    const own = await createWorld(suite);
    const input = { auth: own.owner.pat, params: { app: own.app.id } };
    await suite.call('updateAppSettings', { ...input, body: { password: { min_length: 15 } } });
    const password = 'ComplexPassword123!';
    const statuses = [];
    for (const each of [password.slice(5), password])
      statuses.push(
        (await suite.call('createUser', { ...input, body: { email: address(), password: each } })).status,
      );
    expect(statuses).toEqual([400, 201]);
  });

  it.each([
    ['email', {}],
    ['email', { email: 'jane' }],
    ['email', { email: `${'j'.repeat(250)}@acme.co` }],
    ['password', { email: 'a@acme.co', password: '' }],
    ['password', { email: 'a@acme.co', password: 'p'.repeat(1025) }],
    ['display_name', { email: 'a@acme.co', display_name: 'tab\there' }],
    ['id', { email: 'a@acme.co', id: 'usr_01HQ3KXFG60000000000000000' }],
    ['app_id', { email: 'a@acme.co', app_id: 'app_01HQ3KXFG60000000000000000' }],
  ])('names the field %s of %j', async (field, body) => {
    const answer = await create(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });
});
