import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId, createToken } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const invite = async (more: object = {}) => {
  const body = { email: `${uniqueName('bob')}@contractor.io`, role: world.role.name, ...more };
  const input = { auth: world.owner.pat, params: { app: world.app.id }, body };
  return (await expectStatus(suite.call('createInvite', input), 201)).body as {
    id: string;
    token: string;
    email: string;
  };
};
const door = (
  operationId: string,
  body: object,
  asService: 'tokens' | 'audit' = 'tokens',
  app = world.app.id,
) => suite.call(operationId, { asService, params: { app_id: app }, body });
const known = (more: object = {}) => ({ user_id: world.user.id, ...more });

describe('findInvite', () => {
  it('200 says whom it is for; 404 for another app, 410 when it is closed', async () => {
    const one = await invite();
    const found = await door('findInvite', { token: one.token });
    expect(found.body).toEqual({ id: one.id, email: one.email, for_anybody: false });
    const many = await invite({ max_uses: 2 });
    expect((await door('findInvite', { token: many.token })).body.for_anybody).toBe(true);
    const other = await createWorld(suite);
    expect((await door('findInvite', { token: one.token }, 'tokens', other.app.id)).status).toBe(404);
    expect((await door('findInvite', { token: createToken('invite-token') })).status).toBe(404);
    const params = { app: world.app.id, invite_id: one.id };
    await suite.call('revokeInvite', { auth: world.owner.pat, params });
    expect((await door('findInvite', { token: one.token })).status).toBe(410);
  });

  it('403 to any other service, 409 for an archived app', async () => {
    const { token } = await invite();
    expect((await door('findInvite', { token }, 'audit')).status).toBe(403);
    const other = await createWorld(suite);
    await suite.call('archiveApp', { auth: other.owner.pat, params: { app: other.app.id } });
    const body = { token: other.appInvite.token };
    expect((await door('findInvite', body, 'tokens', other.app.id)).status).toBe(409);
  });
});

describe('acceptInviteFor', () => {
  const take = (token: string, guest: object, asService: 'tokens' | 'audit' = 'tokens') =>
    door('acceptInviteFor', { token, guest }, asService);

  it('200 for a user, then 410', async () => {
    const role = uniqueName('role');
    const params = { app: world.app.id };
    await suite.call('createRole', {
      auth: world.owner.pat,
      params,
      body: { name: role, permissions: [] },
    });
    const { token } = await invite({ email: world.user.email, role });
    const { status, body } = await take(token, known());
    expect([status, body.roles]).toEqual([200, expect.arrayContaining([role])]);
    expect((await take(token, known())).status).toBe(410);
  });

  it('403 for another address and to any other service, 404 for no user, 409 for another version', async () => {
    const { token } = await invite();
    const refused = await take(token, known());
    expect([refused.status, refused.body.error.code]).toEqual([403, 'INVITE_FOR_ANOTHER_ADDRESS']);
    expect((await take(token, known(), 'audit')).status).toBe(403);
    expect((await take(token, { user_id: createId('usr_') })).status).toBe(404);
    const own = await invite({ email: world.user.email });
    expect((await take(own.token, known({ expected_version: 999 }))).status).toBe(409);
  });
});
