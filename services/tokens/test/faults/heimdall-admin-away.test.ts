import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';
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
const signIn = async () => {
  const { email, password } = world.user;
  const body = { grant_type: 'password', email, password };
  const call = suite.call('issueToken', { params: params(), body, on: 'gateway' });
  return (await expectStatus(call, 200)).body.access_token as string;
};

describe('with heimdall-admin stopped', () => {
  it('end users sign in', async () => {
    expect(await signIn()).toMatch(/^eyJ/);
  });

  it('sessions are refreshed and ended', async () => {
    const refresh = (refresh_token: string) =>
      suite.call('refreshToken', { params: params(), body: { refresh_token }, on: 'gateway' });
    const second = await refresh(world.refreshToken);
    expect(second.status).toBe(200);
    const body = { token: second.body.access_token as string, permission: 'projects:read' };
    expect((await suite.call('authorize', { auth: world.appKey.secret, body })).body.allowed).toBe(true);
    const ended = await suite.call('revokeToken', {
      params: params(),
      body: { refresh_token: second.body.refresh_token as string },
    });
    expect(ended.status).toBe(200);
    expect((await refresh(second.body.refresh_token as string)).status).toBe(401);
    expect((await suite.call('authorize', { auth: world.appKey.secret, body })).body.reason).toBe(
      'session_ended',
    );
  });

  it('machines get tokens', async () => {
    const { clientId: client_id, secret: client_secret } = world.credential;
    const { status, body } = await suite.call('issueToken', {
      params: params(),
      body: { grant_type: 'client_credentials', client_id, client_secret },
      on: 'gateway',
    });
    expect(status).toBe(200);
    const answer = await suite.call('introspectAppToken', {
      auth: world.appKey.secret,
      params: params(),
      body: { token: body.access_token as string },
    });
    expect(answer.body).toMatchObject({ active: true, sub: world.credential.id });
  });

  it('the Consumer API signs in, says who is there and signs out', async () => {
    const { email, password } = world.user;
    const auth = world.appKey.secret;
    const signedIn = await suite.call('signInUser', {
      auth,
      params: params(),
      body: { email, password },
      on: 'gateway',
    });
    expect(signedIn.status).toBe(200);
    const asUser = { auth: signedIn.body.access_token as string, params: params(), on: 'gateway' as const };
    expect((await suite.call('getEndUser', asUser)).body).toMatchObject({ id: world.user.id });
    const refreshed = await suite.call('refreshUserSession', {
      auth,
      params: params(),
      body: { refresh_token: signedIn.body.refresh_token as string },
    });
    expect(refreshed.status).toBe(200);
    expect((await suite.call('signOutUser', { ...asUser, body: {} })).status).toBe(204);
    expect((await suite.call('getEndUser', asUser)).status).toBe(401);
  });

  it('nobody signs up', async () => {
    const body = { email: `${uniqueName('eve')}@example.com`, password: userPassword };
    expect((await suite.call('signUpUser', { params: params(), body })).status).toBe(503);
  });

  it.each([
    ['the API key of the app', () => world.appKey.secret],
    ['a PAT', () => world.owner.pat],
  ])('tokens are authorized for %s', async (_, auth) => {
    const body = { token: await signIn(), permission: 'projects:read' };
    expect((await suite.call('authorize', { auth: auth(), body })).body).toMatchObject({ allowed: true });
  });

  it('keys are published', async () => {
    expect((await suite.call('getAppJwks', { params: params() })).status).toBe(200);
    expect((await suite.call('getJwks')).status).toBe(200);
  });

  it('an invite waits: 503, and it stays good', async () => {
    const body = { token: world.appInvite.token, password: 'a long password of a guest' };
    expect((await suite.call('acceptUserInvite', { params: params(), body })).status).toBe(503);
  });

  it('nobody leaves a tenant: 503, and the user stays in it', async () => {
    const { email, password } = world.user;
    const body = { email, password };
    const signedIn = await suite.call('signInUser', { params: params(), body });
    const auth = signedIn.body.access_token as string;
    const leaving = { auth, params: { ...params(), tenant_id: world.tenant.id } };
    expect((await suite.call('leaveUserTenant', leaving)).status).toBe(503);
    const list = await suite.call('listUserTenants', { auth, params: params() });
    expect(list.body.data).toEqual([expect.objectContaining({ id: world.tenant.id })]);
  });

  it('also by a process that starts meanwhile', async () => {
    const { name, url } = await suite.control.startInstance('tokens');
    try {
      const body = { token: await signIn(), permission: 'projects:read' };
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
