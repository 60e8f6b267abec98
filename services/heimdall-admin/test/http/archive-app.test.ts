import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heimdallAdminOperations } from '@pcft/contracts';
import { connectSuite, createWorld, validCall, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const call = (operationId: string) =>
  suite.call(operationId, validCall(heimdallAdminOperations[operationId as 'getApp'], world));
const signIn = () => {
  const { email, password } = world.user;
  const body = { grant_type: 'password', email, password };
  return suite.call('issueToken', { params: { app: world.app.id }, body });
};
const authorizeWith = (auth: string) =>
  suite.call('authorize', { auth, body: { token: world.accessToken, permission: 'projects:read' } });

describe('an archived app', () => {
  it('works nowhere when the call returns, and its data stays', async () => {
    expect((await authorizeWith(world.owner.pat)).body.allowed).toBe(true);
    const archived = await call('archiveApp');
    expect([archived.status, archived.body.status]).toEqual([200, 'archived']);
    expect((await authorizeWith(world.owner.pat)).body).toMatchObject({
      allowed: false,
      reason: 'app_unknown',
    });
    expect((await authorizeWith(world.appKey.secret)).status).toBe(401);
    expect((await signIn()).status).toBe(404);
    const filtered = await suite.call('listApps', {
      auth: world.owner.pat,
      query: { status: 'archived' },
    });
    expect(filtered.body.data).toMatchObject([{ id: world.app.id, status: 'archived' }]);
  });

  it('is archived again without a change', async () => {
    expect((await call('archiveApp')).body.status).toBe('archived');
  });

  it.each(['getApp', 'getAppSettings', 'listUsers', 'getUser', 'listRoles', 'getRole', 'listCredentials'])(
    'is still read: %s',
    async (operationId) => {
      expect((await call(operationId)).status).toBe(200);
    },
  );

  it.each([
    'updateApp',
    'updateAppSettings',
    'createUser',
    'updateUser',
    'importUsers',
    'assignUserRole',
    'createRole',
    'updateRole',
    'createCredential',
    'updateCredential',
    'createAppApiKey',
  ])('refuses to be changed: %s is 409', async (operationId) => {
    const { status, body } = await call(operationId);
    expect([status, body.error?.details]).toEqual([409, [{ field: 'app', reason: 'archived' }]]);
  });

  it('still lets go: what only takes away needs no restoring', async () => {
    for (const [operationId, status] of [
      ['removeUserRole', 200],
      ['deleteRole', 204],
      ['revokeCredential', 204],
      ['revokeAppApiKey', 204],
    ] as const)
      expect([operationId, (await call(operationId)).status]).toEqual([operationId, status]);
  });

  it('is restored, and what has not been revoked works again', async () => {
    const restored = await call('restoreApp');
    expect([restored.status, restored.body.status]).toEqual([200, 'active']);
    expect((await signIn()).status).toBe(200);
    // The role went while the app was archived, so the token is good and allows nothing.
    expect((await authorizeWith(world.owner.pat)).body).toMatchObject({
      allowed: false,
      reason: 'missing_permission',
    });
    expect((await authorizeWith(world.appKey.secret)).status).toBe(401);
    expect((await call('restoreApp')).status).toBe(200);
  });
});
