import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const leave = (
  { app, user, tenant }: Pick<World, 'app' | 'user' | 'tenant'> = world,
  asService: 'tokens' | 'audit' = 'tokens',
) =>
  suite.call('leaveTenant', {
    asService,
    params: { app_id: app.id, user_id: user.id, tenant_id: tenant.id },
  });
const members = async () => {
  const params = { app: world.app.id, tenant: world.tenant.id };
  const list = await expectStatus(suite.call('listTenantMembers', { auth: world.owner.pat, params }), 200);
  return (list.body.data as { user_id: string }[]).map(({ user_id: id }) => id);
};

describe('leaveTenant', () => {
  it('403 to any other service', async () => {
    expect((await leave(world, 'audit')).status).toBe(403);
    expect(await members()).toEqual([world.user.id]);
  });

  it('404 for an app and a user that are not there; nothing for a tenant of another app', async () => {
    const other = await createWorld(suite);
    const { app, user, tenant } = world;
    const absent = { ...user, id: createId('usr_') };
    expect((await leave({ app: { ...app, id: createId('app_') }, user, tenant })).status).toBe(404);
    expect((await leave({ app, user: absent, tenant })).status).toBe(404);
    expect((await leave({ app, user: other.user, tenant: other.tenant })).status).toBe(404);
    expect((await leave({ app, user, tenant: other.tenant })).status).toBe(204);
    expect(await members()).toEqual([user.id]);
  });

  it('409 in an archived app', async () => {
    const other = await createWorld(suite);
    await suite.call('archiveApp', { auth: other.owner.pat, params: { app: other.app.id } });
    expect((await leave(other)).status).toBe(409);
  });

  it('204, and again 204; the member is gone, and may be added again', async () => {
    expect((await leave()).status).toBe(204);
    expect(await members()).toEqual([]);
    expect((await leave()).status).toBe(204);
    const params = { app: world.app.id, tenant: world.tenant.id };
    const body = { user_id: world.user.id, role: world.role.name };
    await expectStatus(suite.call('addTenantMember', { auth: world.owner.pat, params, body }), 200);
    expect(await members()).toEqual([world.user.id]);
  });
});
