import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';
import { eventOf, reasonFor, settings, signIn, signUp, userPassword } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const attempt = (body: object, more: object = {}) =>
  suite.call('signUpUser', { params: { app: world.app.name }, body, ...more });
const fresh = () => ({ email: `${uniqueName('eve')}@example.com`, password: userPassword });

describe('201', () => {
  it('with the user and the tokens of a first session, which are good at once', async () => {
    const given = { ...fresh(), display_name: 'Eve' };
    const { status, body } = await attempt(given);
    expect([status, body]).toEqual([
      201,
      {
        user: {
          id: expect.stringMatching(/^usr_/),
          app_id: world.app.id,
          email: given.email,
          email_verified: false,
          display_name: 'Eve',
          roles: [],
          permissions: [],
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
        access_token: expect.stringMatching(/^eyJ/),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: expect.stringMatching(/^rt_/),
      },
    ]);
    expect(await reasonFor(suite, world, body.access_token)).toBe('missing_permission');
    const params = { app: world.app.id, user_id: body.user.id };
    const seen = await suite.call('getUser', { auth: world.owner.pat, params });
    expect(seen.body).toMatchObject({ email: given.email, status: 'active' });
    await signIn(suite, world, given.email);
  });

  it.each([{ alias: true }, { on: 'gateway' }])('also with %j', async (more) => {
    expect((await attempt(fresh(), more)).status).toBe(201);
  });

  it('for a backend with an app API key', async () => {
    expect((await attempt(fresh(), { auth: world.appKey.secret })).status).toBe(201);
    expect((await attempt(fresh(), { auth: { apiKey: world.appKey.secret } })).status).toBe(201);
  });

  it('without tokens where the address has to be verified first', async () => {
    const strict = await createWorld(suite);
    await settings(suite, strict, { require_verified_email: true });
    const { status, body } = await attempt(fresh(), { params: { app: strict.app.id } });
    expect([status, Object.keys(body)]).toEqual([201, ['user']]);
  });

  it('and it stands in the log of the workspace, with the user as actor', async () => {
    const user = await signUp(suite, world);
    const row = await eventOf(suite, world, 'user.signed-up', user.id);
    expect(row).toMatchObject({ actor_id: user.id, app_id: world.app.id, ip_address: expect.any(String) });
  });
});

describe('400 for a password that', () => {
  it.each([
    ['is shorter than the app wants', 'only14letters!'],
    ['everybody would guess', 'passwordpassword'],
  ])('%s', async (_, password) => {
    const careful = await createWorld(suite);
    await settings(suite, careful, { password: { min_length: 15 } });
    const { status, body } = await attempt({ ...fresh(), password }, { params: { app: careful.app.id } });
    expect([status, body.error.details[0].field]).toEqual([400, 'password']);
  });
});

describe('403', () => {
  it.each(['invite', 'closed'])('where sign-up is %s', async (sign_up) => {
    const closed = await createWorld(suite);
    await settings(suite, closed, { sign_up });
    const { status, body } = await attempt(fresh(), { params: { app: closed.app.id } });
    expect([status, body.error.code]).toEqual([403, 'SIGN_UP_CLOSED']);
  });
});

describe('409', () => {
  it('for an address that is taken, however it is written', async () => {
    const { email } = await signUp(suite, world);
    const { status } = await attempt({ email: email.toUpperCase(), password: userPassword });
    expect(status).toBe(409);
  });

  it('for all but one of those who ask for the same address at once', async () => {
    const given = fresh();
    const answers = await Promise.all([1, 2, 3].map(() => attempt(given)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });
});
