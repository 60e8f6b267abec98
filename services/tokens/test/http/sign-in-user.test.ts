import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { eventsOf, reasonFor, settings, signUp, userPassword } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const attempt = (email: string, password: string, more: object = {}) =>
  suite.call('signInUser', { params: { app: world.app.id }, body: { email, password }, ...more });

describe('200', () => {
  it('with the user and tokens that may not be kept', async () => {
    const { email, password, id } = world.user;
    const { status, body, headers } = await attempt(email, password);
    expect([status, body.user]).toEqual([
      200,
      expect.objectContaining({ id, roles: [world.role.name], permissions: ['projects:read'] }),
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(await reasonFor(suite, world, body.access_token)).toBe('allowed');
  });

  it('and the refresh token is good for a new one', async () => {
    const { refresh } = await signUp(suite, world);
    const refreshed = await suite.call('refreshUserSession', {
      params: { app: world.app.id },
      auth: world.appKey.secret,
      body: { refresh_token: refresh },
    });
    expect([refreshed.status, Object.keys(refreshed.body).sort()]).toEqual([
      200,
      ['access_token', 'expires_in', 'refresh_token', 'token_type'],
    ]);
  });
});

describe('401', () => {
  it('alike for an unknown address, a wrong password and a user of another app, with a row of each', async () => {
    const other = await createWorld(suite);
    const { email } = await signUp(suite, world);
    const answers = [
      await attempt('nobody@example.com', userPassword),
      await attempt(email, 'a wrong password'),
      await attempt(other.user.email, other.user.password),
    ];
    const seen = answers.map(({ status, body }) => [status, body.error.code, body.error.message]);
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(seen[0]?.slice(0, 2)).toEqual([401, 'INVALID_CREDENTIALS']);
    const rows = await eventsOf(suite, world, 'user.sign-in-failed', ({ length }) => length >= 3);
    const reasons = rows.map(({ metadata }) => (metadata as { reason: string }).reason);
    expect(reasons.sort()).toEqual(['unknown_user', 'unknown_user', 'wrong_password']);
  });

  it('for a refresh token that was never issued', async () => {
    const body = { refresh_token: 'rt_nonsense' };
    const answer = await suite.call('refreshUserSession', { params: { app: world.app.id }, body });
    expect([answer.status, answer.body.error.code]).toEqual([401, 'INVALID_REFRESH_TOKEN']);
  });
});

describe('403', () => {
  it('tells who has the password, and nobody else, that the address is not verified', async () => {
    const strict = await createWorld(suite);
    await settings(suite, strict, { require_verified_email: true });
    const params = { app: strict.app.id };
    const { email, password } = strict.user;
    expect((await attempt(email, password, { params })).body.error.code).toBe('EMAIL_NOT_VERIFIED');
    expect((await attempt(email, 'a wrong password', { params })).status).toBe(401);
  });
});

describe('429', () => {
  it('after ten wrong passwords, for the right one too, here and at the token endpoint', async () => {
    const { email } = await signUp(suite, world);
    for (let i = 0; i < 10; i++)
      expect((await attempt(email, `wrong password ${String(i)}`)).status).toBe(401);
    const { status, headers } = await attempt(email, userPassword);
    expect([status, Number(headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    const grant = { grant_type: 'password', email, password: userPassword };
    expect((await suite.call('issueToken', { params: { app: world.app.id }, body: grant })).status).toBe(429);
  });
});
