import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, uniqueName, type Suite, type World } from '@pcft/testing';
import { userPassword } from '../http/end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  await suite.control.stop('heimdall-admin');
});
afterAll(async () => {
  await suite.control.start('heimdall-admin');
  await suite.close();
});

const params = () => ({ app: world.app.name });

describe('with heimdall-admin stopped', () => {
  it('end users sign in', async () => {
    const { email, password } = world.user;
    const { status } = await suite.call('issueToken', {
      params: params(),
      body: { grant_type: 'password', email, password },
    });
    expect(status).toBe(200);
  });

  it('nobody signs up', async () => {
    const body = { email: `${uniqueName('eve')}@example.com`, password: userPassword };
    expect((await suite.call('signUpUser', { params: params(), body })).status).toBe(503);
  });

  it.each([
    ['the API key of the app', () => world.appKey.secret],
    ['a PAT', () => world.owner.pat],
  ])('tokens are authorized for %s', async (_, auth) => {
    const body = { token: world.accessToken, permission: 'projects:read' };
    expect((await suite.call('authorize', { auth: auth(), body })).body).toMatchObject({ allowed: true });
  });

  it('keys are published', async () => {
    expect((await suite.call('getAppJwks', { params: params() })).status).toBe(200);
    expect((await suite.call('getJwks')).status).toBe(200);
  });

  it('also by a process that starts meanwhile', async () => {
    const { name, url } = await suite.control.startInstance('tokens');
    try {
      const body = { token: world.accessToken, permission: 'projects:read' };
      const answer = await suite.call('authorize', {
        auth: world.appKey.secret,
        body,
        on: url as `http${string}`,
      });
      expect(answer.body).toMatchObject({ allowed: true });
    } finally {
      await suite.control.stop(name);
    }
  });
});
