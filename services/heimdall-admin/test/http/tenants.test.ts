import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heimdallAdminOperations } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;
let other: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  other = await createWorld(suite);
});
afterAll(() => suite.close());

const call = (operationId: string, input: { params?: object; body?: object; query?: object } = {}) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { app: world.app.name, ...input.params },
    ...(input.body && { body: input.body }),
    ...(input.query && { query: input.query as Record<string, string> }),
  });
const create = (body: object) => call('createTenant', { body });
const newTenant = async () => {
  const { body } = await expectStatus(create({ name: uniqueName('tenant') }), 201);
  return body as { id: string; name: string };
};
const named = (tenant: string, userId?: string) => ({
  params: { tenant, ...(userId !== undefined && { user_id: userId }) },
});

describe('createTenant', () => {
  it('creates a tenant, which is found by id and by name', async () => {
    const name = uniqueName('acme');
    const created = await create({ slug: name, display_name: 'Acme', metadata: { plan: 'gold' } });
    expect([created.status, created.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^ten_/),
        app_id: world.app.id,
        name,
        display_name: 'Acme',
        status: 'active',
        metadata: { plan: 'gold' },
        created_at: expect.any(String),
        updated_at: created.body.created_at,
      },
    ]);
    for (const reference of [name, created.body.id])
      expect((await call('getTenant', named(reference))).body).toEqual(created.body);
  });

  it('409 when the app has a tenant of the name, which another app may have', async () => {
    const { name } = await newTenant();
    const again = await create({ name });
    expect([again.status, again.body.error.details]).toEqual([409, [{ field: 'name', reason: 'taken' }]]);
    const elsewhere = { auth: other.owner.pat, params: { app: other.app.id }, body: { name } };
    expect((await suite.call('createTenant', elsewhere)).status).toBe(201);
  });

  it('400 without a name, and with two that differ', async () => {
    expect((await create({})).status).toBe(400);
    expect((await create({ name: 'one-name', slug: 'another-name' })).status).toBe(400);
  });
});

describe('listTenants', () => {
  it('lists by status and by member', async () => {
    const { id } = await newTenant();
    await expectStatus(call('updateTenant', { ...named(id), body: { status: 'archived' } }), 200);
    const archived = await call('listTenants', { query: { status: 'archived', limit: 100 } });
    expect(archived.body.data.map((each: { id: string }) => each.id)).toContain(id);
    const ofUser = await call('listTenants', { query: { user_id: world.user.id } });
    expect(ofUser.body).toMatchObject({
      data: [{ id: world.tenant.id, name: world.tenant.name }],
      pagination: { total: 1, limit: 20, offset: 0, has_more: false },
    });
  });
});

describe('updateTenant', () => {
  it('merges metadata, renames for display, archives and restores', async () => {
    const { id } = await newTenant();
    const update = (body: object) => expectStatus(call('updateTenant', { ...named(id), body }), 200);
    await update({ metadata: { a: 1, b: 2 } });
    const { body } = await update({ metadata: { b: null, c: 3 }, display_name: 'Renamed' });
    expect(body).toMatchObject({ display_name: 'Renamed', metadata: { a: 1, c: 3 }, status: 'active' });
    expect((await update({ status: 'archived' })).body.status).toBe('archived');
    const join = { ...named(id), body: { user_id: world.outsider.id, role: 'admin' } };
    expect((await call('addTenantMember', join)).status).toBe(409);
    expect((await update({ status: 'active' })).body.status).toBe('active');
    expect((await call('addTenantMember', join)).status).toBe(200);
  });
});

describe('deleteTenant', () => {
  it('takes its members and invites along, leaves the users, and frees the name', async () => {
    const { id, name } = await newTenant();
    const invite = { email: `${uniqueName('g')}@acme.co`, role: world.role.name, tenant_id: id };
    const { body: invited } = await expectStatus(call('createInvite', { body: invite }), 201);
    await expectStatus(
      call('addTenantMember', { ...named(id), body: { user_id: world.outsider.id, role: 'admin' } }),
      200,
    );
    expect((await call('deleteTenant', named(name))).status).toBe(204);
    for (const reference of [id, name]) {
      expect((await call('getTenant', named(reference))).status).toBe(404);
      expect((await call('deleteTenant', named(reference))).status).toBe(404);
    }
    const accept = {
      params: { invite_token: invited.token },
      body: { password: 'a long password of a guest' },
    };
    expect((await suite.call('acceptInvite', accept)).status).toBe(410);
    expect((await call('getUser', { params: { user_id: world.outsider.id } })).status).toBe(200);
    expect((await create({ name })).status).toBe(201);
  });

  it('404 for a tenant of another app', async () => {
    expect((await call('deleteTenant', named(other.tenant.id))).status).toBe(404);
    expect((await call('getTenant', named(other.tenant.name))).status).toBe(404);
  });
});

describe('members', () => {
  const ofMember = () => ({
    tenant_id: world.tenant.id,
    user_id: world.user.id,
    email: world.user.email,
    role: world.role.name,
  });

  it('are listed with their role', async () => {
    const { body } = await call('listTenantMembers', named(world.tenant.name));
    expect(body).toMatchObject({ data: [ofMember()], pagination: { total: 1 } });
  });

  it('are added and removed once, however often that is asked for, and may come again; 409 with another role', async () => {
    const { id } = await newTenant();
    const body = { user_id: world.user.id, role: world.role.name };
    const add = () => call('addTenantMember', { ...named(id), body });
    const added = await expectStatus(add(), 200);
    expect((await add()).body).toEqual(added.body);
    const other = await call('addTenantMember', { ...named(id), body: { ...body, role: 'admin' } });
    expect([other.status, other.body.error.details]).toEqual([
      409,
      [{ field: 'role', reason: 'is a member with another role' }],
    ]);
    const key = named(id, world.user.id);
    for (let time = 0; time < 2; time++) expect((await call('removeTenantMember', key)).status).toBe(204);
    expect((await call('removeTenantMember', named(id, createId('usr_')))).status).toBe(404);
    expect((await call('updateTenantMember', { ...key, body: { role: 'admin' } })).status).toBe(404);
    expect((await call('listTenantMembers', named(id))).body.data).toEqual([]);
    expect((await add()).body).toMatchObject({ user_id: world.user.id, role: world.role.name });
  });

  it('of any number of additions at once with different roles one is the first', async () => {
    const { id } = await newTenant();
    const add = (role: string) =>
      call('addTenantMember', { ...named(id), body: { user_id: world.outsider.id, role } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => add(i % 2 === 0 ? 'admin' : world.role.name)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(200), ...Array<number>(5).fill(409)]);
    expect((await call('listTenantMembers', named(id))).body.data).toHaveLength(1);
  });

  it('404 for a user or a role of another app', async () => {
    const { id } = await newTenant();
    const add = (userId: string, role: string) =>
      call('addTenantMember', { ...named(id), body: { user_id: userId, role } });
    expect((await add(other.user.id, 'admin')).status).toBe(404);
    expect((await add(world.user.id, other.role.name)).status).toBe(404);
    expect((await add(createId('usr_'), 'admin')).status).toBe(404);
  });

  it('a role that is deleted is theirs no more, and they stay members', async () => {
    const { id } = await newTenant();
    const role = uniqueName('role');
    await expectStatus(call('createRole', { body: { name: role, permissions: ['a:b'] } }), 201);
    const body = { user_id: world.user.id, role };
    await expectStatus(call('addTenantMember', { ...named(id), body }), 200);
    await expectStatus(call('deleteRole', { params: { role_name: role } }), 204);
    const { body: listed } = await call('listTenantMembers', named(id));
    expect(listed.data).toMatchObject([{ user_id: world.user.id, role: null }]);
    const again = { ...named(id, world.user.id), body: { role: 'admin' } };
    expect((await call('updateTenantMember', again)).body.role).toBe('admin');
    const unchanged = await call('updateTenantMember', again);
    expect([unchanged.status, unchanged.body.role]).toEqual([200, 'admin']);
  });
});

describe('409 when the app is archived', () => {
  it('nothing is added or changed, and what takes away goes on', async () => {
    const auth = other.owner.pat;
    const params = { app: other.app.id, tenant: other.tenant.id, user_id: other.user.id };
    const { role } = other;
    await expectStatus(suite.call('archiveApp', { auth, params: { app: other.app.id } }), 200);
    const on = (operationId: string, body?: object) => {
      const names = heimdallAdminOperations[operationId as 'getTenant'].path.match(/(?<=:)\w+/g) ?? [];
      const used = Object.fromEntries(names.map((name) => [name, params[name as keyof typeof params]]));
      return suite.call(operationId, { auth, params: used, ...(body && { body }) });
    };
    const refused = {
      createTenant: { name: uniqueName('late') },
      updateTenant: { display_name: 'Late' },
      addTenantMember: { user_id: other.outsider.id, role: role.name },
      updateTenantMember: { role: 'admin' },
      createInvite: { email: 'late@acme.co', role: role.name },
    };
    for (const [operationId, body] of Object.entries(refused))
      expect([operationId, (await on(operationId, body)).status]).toEqual([operationId, 409]);
    const accept = {
      params: { invite_token: other.appInvite.token },
      body: { password: 'a long password of a guest' },
    };
    expect((await suite.call('acceptInvite', accept)).status).toBe(409);
    expect((await on('removeTenantMember')).status).toBe(204);
    expect((await on('deleteTenant')).status).toBe(204);
  });
});
