import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createToken } from '@pcft/credentials';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';
import { createMachine } from './machines.ts';

let suite: Suite;
let world: World;
let other: World;

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
});
afterAll(() => suite.close());

const ask = (token: string, more: object = {}) =>
  suite.call('introspectAppToken', {
    auth: world.appKey.secret,
    params: { app: world.app.id },
    body: { token },
    ...more,
  });

describe('200', () => {
  it.each([
    ['an API key of the app', () => world.appKey.secret],
    ['a PAT', () => world.owner.pat],
  ])('says to %s what an access token is worth', async (_, auth) => {
    const { body } = await ask(world.accessToken, { auth: auth() });
    expect(body).toEqual({
      active: true,
      scope: 'projects:read',
      client_id: world.app.id,
      username: world.user.email,
      token_type: 'Bearer',
      exp: expect.any(Number),
      iat: expect.any(Number),
      sub: world.user.id,
      aud: world.app.id,
      iss: expect.stringMatching(new RegExp(`/v1/apps/${world.app.id}$`)),
      jti: expect.any(String),
      sid: expect.stringMatching(/^ses_/),
      app_id: world.app.id,
      roles: [world.role.name],
      permissions: ['projects:read'],
    });
  });

  it('says it of a refresh token and of a machine, to a form too', async () => {
    expect((await ask(world.refreshToken)).body).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      sub: world.user.id,
    });
    const machine = await createMachine(suite, world);
    const { body } = await suite.call('issueToken', {
      params: { app: world.app.id },
      body: {
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.secret,
        scope: 'billing:read',
      },
    });
    const answer = await ask('', { body: new URLSearchParams({ token: body.access_token as string }) });
    expect(answer.body).toMatchObject({
      active: true,
      client_id: machine.clientId,
      scope: 'billing:read',
      sub: machine.id,
    });
  });

  it('says nothing of what is not in force or of another app', async () => {
    const spent = await createWorld(suite);
    const next = await suite.call('refreshToken', {
      params: { app: spent.app.id },
      body: { refresh_token: spent.refreshToken },
    });
    const asOwn = { auth: spent.appKey.secret, params: { app: spent.app.id } };
    expect((await ask(spent.refreshToken, asOwn)).body).toEqual({ active: false });
    expect((await ask(next.body.refresh_token as string, asOwn)).body.active).toBe(true);
    for (const token of [other.accessToken, other.refreshToken, createToken('refresh-token'), 'x']) {
      const { status, body } = await ask(token);
      expect([status, body]).toEqual([200, { active: false }]);
    }
  });
});

describe('404', () => {
  it('to a key of another app, as for an app that does not exist', async () => {
    expect((await ask('x', { auth: other.appKey.secret })).status).toBe(404);
    expect((await ask('x', { params: { app: 'no-such-app' } })).status).toBe(404);
  });
});

describe('401', () => {
  it('to a key that was never issued', async () => {
    expect((await ask('x', { auth: createToken('app-key') })).status).toBe(401);
  });
});
