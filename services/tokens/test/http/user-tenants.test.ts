import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';
import { decodeJwt } from 'jose';
import { eventOf, eventsOf, reasonFor, signUp } from './end-users.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const admin = (operationId: string, params: object, body?: object) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { app: world.app.id, ...params },
    ...(body && { body }),
  });
const as = (auth: string, operationId: string, more: object = {}) =>
  suite.call(operationId, { auth, params: { app: world.app.id }, ...more });
const switchTo = (auth: string, tenant_id: string | null) =>
  as(auth, 'switchUserTenant', { body: { tenant_id } });
const tenantsOf = async (auth: string) => (await expectStatus(as(auth, 'listUserTenants'), 200)).body;

/** A user of two tenants, named so that the list has an order. */
async function member() {
  const user = await signUp(suite, world);
  const prefix = uniqueName('t');
  const tenants: string[] = [];
  for (const name of [`${prefix}-a`, `${prefix}-b`]) {
    const { body } = await expectStatus(admin('createTenant', {}, { name, display_name: name }), 201);
    tenants.push(body.id);
    const joining = { user_id: user.id, role: world.role.name };
    await expectStatus(admin('addTenantMember', { tenant: body.id }, joining), 200);
  }
  return { ...user, tenants: tenants as [string, string] };
}

describe('200', () => {
  it('lists the tenants of the user, with the roles held there', async () => {
    const { access, tenants } = await member();
    const list = await tenantsOf(access);
    expect(list.data).toEqual(
      tenants.map((id) => ({
        id,
        name: expect.any(String),
        display_name: expect.any(String),
        roles: [world.role.name],
        current: false,
      })),
    );
    const page = await as(access, 'listUserTenants', { query: { limit: 1, offset: 1 } });
    expect((page.body.data as { id: string }[]).map(({ id }) => id)).toEqual([tenants[1]]);
  });

  it('goes on in a tenant, in another, and in none; the refresh token goes along', async () => {
    const { access, refresh, tenants, id } = await member();
    const first = await expectStatus(switchTo(access, tenants[0]), 200);
    expect(Object.keys(first.body).sort()).toEqual(['access_token', 'expires_in', 'token_type']);
    expect(decodeJwt(first.body.access_token)).toMatchObject({
      tenant: tenants[0],
      roles: [world.role.name],
      permissions: ['projects:read'],
    });
    expect(await reasonFor(suite, world, access)).toBe('missing_permission');
    expect(await reasonFor(suite, world, first.body.access_token)).toBe('allowed');
    const current = (await tenantsOf(first.body.access_token)).data as { id: string; current: boolean }[];
    expect(current.filter((each) => each.current).map((each) => each.id)).toEqual([tenants[0]]);
    const second = await expectStatus(switchTo(first.body.access_token, tenants[1]), 200);
    const refreshed = await suite.call('refreshUserSession', {
      params: { app: world.app.id },
      body: { refresh_token: refresh },
    });
    expect(decodeJwt(refreshed.body.access_token)['tenant']).toBe(tenants[1]);
    const none = await expectStatus(switchTo(second.body.access_token, null), 200);
    expect(decodeJwt(none.body.access_token)).not.toHaveProperty('tenant');
    expect(await eventOf(suite, world, 'session.tenant-switched', id)).toMatchObject({ actor_id: id });
  });

  it('who is removed is out when the call returns, and sees the tenant no more', async () => {
    const { access, tenants, id } = await member();
    const { body } = await expectStatus(switchTo(access, tenants[0]), 200);
    expect(await reasonFor(suite, world, body.access_token)).toBe('allowed');
    await expectStatus(admin('removeTenantMember', { tenant: tenants[0], user_id: id }), 204);
    expect(await reasonFor(suite, world, body.access_token)).toBe('tenant_inactive');
    expect((await as(body.access_token, 'listUserTenants')).status).toBe(401);
    expect((await tenantsOf(access)).data).toEqual([expect.objectContaining({ id: tenants[1] })]);
  });
});

describe('204', () => {
  const leave = (auth: string, tenant_id: string) =>
    suite.call('leaveUserTenant', { auth, params: { app: world.app.id, tenant_id } });
  const of = (rows: readonly Record<string, unknown>[], id: string) =>
    rows.filter(({ actor_id: actor }) => actor === id);
  const refreshed = async (refresh_token: string) => {
    const body = { refresh_token };
    return expectStatus(suite.call('refreshUserSession', { params: { app: world.app.id }, body }), 200);
  };

  it('who leaves is out when the call returns: no token for the tenant is taken, and the session goes on in none', async () => {
    const { access, refresh, tenants, id } = await member();
    const { access_token: inside } = (await expectStatus(switchTo(access, tenants[0]), 200)).body;
    expect(await reasonFor(suite, world, inside)).toBe('allowed');
    await expectStatus(leave(inside, tenants[0]), 204);
    expect(await reasonFor(suite, world, inside)).toBe('tenant_inactive');
    expect((await as(inside, 'listUserTenants')).status).toBe(401);
    expect((await switchTo(access, tenants[0])).status).toBe(403);
    const { body } = await refreshed(refresh);
    expect(decodeJwt(body.access_token)).not.toHaveProperty('tenant');
    expect((await tenantsOf(body.access_token)).data).toEqual([expect.objectContaining({ id: tenants[1] })]);
    for (const action of ['tenant.leave-requested', 'tenant.member.left'])
      expect(await eventOf(suite, world, action, id)).toMatchObject({
        actor_id: id,
        target_id: id,
        metadata: expect.objectContaining({ tenant_id: tenants[0] }),
      });
    const list = await admin('listTenantMembers', { tenant: tenants[0] });
    expect(list.body.data).toEqual([]);
  });

  it('once, of many who leave at the same moment; a session for another tenant stays there', async () => {
    const { access, refresh, tenants, id } = await member();
    await expectStatus(switchTo(access, tenants[1]), 200);
    const answers = await Promise.all(Array.from({ length: 10 }, () => leave(access, tenants[0])));
    // Those who come after the first has returned find that they are no member.
    expect(answers.map(({ status }) => status).filter((status) => status !== 204 && status !== 404)).toEqual(
      [],
    );
    expect(answers.some(({ status }) => status === 204)).toBe(true);
    const rows = await eventsOf(suite, world, 'tenant.member.left', (all) => of(all, id).length > 0);
    expect(of(rows, id)).toHaveLength(1);
    expect(decodeJwt((await refreshed(refresh)).body.access_token)['tenant']).toBe(tenants[1]);
  });

  it('404 alike for a tenant of another app, an unknown one, an archived one, and one that is left', async () => {
    const { access, tenants } = await member();
    const other = await createWorld(suite);
    await expectStatus(admin('updateTenant', { tenant: tenants[1] }, { status: 'archived' }), 200);
    await expectStatus(leave(access, tenants[0]), 204);
    for (const tenant of [other.tenant.id, createId('ten_'), tenants[1], world.tenant.id, tenants[0]]) {
      const { status, body } = await leave(access, tenant);
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
    // The membership in the archived one is as it was.
    expect((await admin('listTenantMembers', { tenant: tenants[1] })).body.data).toHaveLength(1);
  });
});

describe('403', () => {
  it('alike for a tenant of another app, an unknown one, an archived one and a foreign one', async () => {
    const { access, tenants } = await member();
    const other = await createWorld(suite);
    await expectStatus(admin('updateTenant', { tenant: tenants[1] }, { status: 'archived' }), 200);
    const refused = [other.tenant.id, createId('ten_'), tenants[1], world.tenant.id];
    const answers = await Promise.all(refused.map((tenant) => switchTo(access, tenant)));
    const seen = answers.map(({ status, body }) => [status, body.error.code, body.error.message]);
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(seen[0]?.slice(0, 2)).toEqual([403, 'TENANT_ACCESS_DENIED']);
  });
});
