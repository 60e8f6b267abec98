import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { decodeJwt } from 'jose';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const admin = (operationId: string, params: object = {}, body?: object) =>
  suite.call(operationId, {
    auth: world.owner.pat,
    params: { app: world.app.id, ...params },
    ...(body && { body }),
  });
const signIn = (tenantId?: string) => {
  const { email, password } = world.user;
  const body = { grant_type: 'password', email, password, ...(tenantId && { tenant_id: tenantId }) };
  return suite.call('issueToken', { params: { app: world.app.id }, body });
};
const refresh = (token: string) =>
  suite.call('refreshToken', { params: { app: world.app.id }, body: { refresh_token: token } });
const revoke = (body: object) => suite.call('revokeToken', { params: { app: world.app.id }, body });
const introspect = async (token: string) => {
  const params = { app: world.app.id };
  return (await suite.call('introspectAppToken', { auth: world.appKey.secret, params, body: { token } }))
    .body;
};
/** By the app's key: warm answers, under the lease. */
const decide = async (token: string, permission: string) =>
  (await suite.call('authorize', { auth: world.appKey.secret, body: { token, permission } })).body;
const newRole = async (permission: string) => {
  const name = uniqueName('role');
  await expectStatus(admin('createRole', {}, { name, permissions: [permission] }), 201);
  return name;
};
/** A tenant in which the user of the world has a role of its own. */
const joined = async (permission: string) => {
  const { body } = await expectStatus(admin('createTenant', {}, { name: uniqueName('tenant') }), 201);
  const tenant = body.id as string;
  const role = await newRole(permission);
  const member = { tenant, user_id: world.user.id };
  await expectStatus(admin('addTenantMember', { tenant }, { user_id: world.user.id, role }), 200);
  const { body: granted } = await expectStatus(signIn(tenant), 200);
  return {
    tenant,
    role,
    member,
    access: granted.access_token as string,
    refreshToken: granted.refresh_token as string,
  };
};
const ended = { allowed: false, reason: 'tenant_inactive', principal: null };

describe('a token for a tenant', () => {
  it('names it and carries the roles held there, beside those held everywhere', async () => {
    const { tenant, role, access } = await joined('reports:read');
    expect(decodeJwt(access)).toMatchObject({
      tenant,
      roles: [world.role.name, role].sort(),
      permissions: expect.arrayContaining(['projects:read', 'reports:read']),
    });
    const inside = await decide(access, 'reports:read');
    expect(inside).toMatchObject({
      allowed: true,
      principal: { tenant, roles: [world.role.name, role].sort() },
    });
    const { body: outside } = await expectStatus(signIn(), 200);
    expect(decodeJwt(outside.access_token)).not.toHaveProperty('tenant');
    expect(await decide(outside.access_token, 'reports:read')).toMatchObject({ allowed: false });
  });

  it('keeps it through refreshes, and introspection tells it', async () => {
    const { tenant, refreshToken, role } = await joined('reports:read');
    const { body } = await expectStatus(refresh(refreshToken), 200);
    expect(decodeJwt(body.access_token)).toMatchObject({ tenant, roles: [world.role.name, role].sort() });
    for (const token of [body.access_token, body.refresh_token]) {
      const introspected = await suite.call('introspectAppToken', {
        ...{ auth: world.appKey.secret, params: { app: world.app.id } },
        body: { token },
      });
      expect(introspected.body).toMatchObject({ active: true, tenant });
    }
  });

  it('403 for a tenant of another app, an unknown one and one the user is no member of', async () => {
    const other = await createWorld(suite);
    const { body } = await expectStatus(admin('createTenant', {}, { name: uniqueName('tenant') }), 201);
    for (const tenant of [other.tenant.id, createId('ten_'), body.id as string]) {
      const answer = await signIn(tenant);
      expect([answer.status, answer.body.error.code]).toEqual([403, 'TENANT_ACCESS_DENIED']);
    }
    const form = new URLSearchParams({
      ...{ grant_type: 'password', username: world.user.email, password: world.user.password },
      tenant_id: other.tenant.id,
    });
    const answer = await suite.call('issueToken', { params: { app: world.app.id }, body: form });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('401, not 403, where the password is wrong: nobody learns who is in which tenant', async () => {
    const body = { grant_type: 'password', email: world.user.email, password: 'another password' };
    const answer = await suite.call('issueToken', {
      params: { app: world.app.id },
      body: { ...body, tenant_id: world.tenant.id },
    });
    expect(answer.status).toBe(401);
  });
});

describe('what changes in a tenant', () => {
  it('another role there shows in the next decision', async () => {
    const { member, access } = await joined('reports:read');
    expect((await decide(access, 'reports:read')).allowed).toBe(true);
    const role = await newRole('invoices:read');
    await expectStatus(admin('updateTenantMember', member, { role }), 200);
    expect((await decide(access, 'reports:read')).allowed).toBe(false);
    expect((await decide(access, 'invoices:read')).allowed).toBe(true);
    await expectStatus(admin('updateRole', { role_name: role }, { permissions: ['invoices:write'] }), 200);
    expect((await decide(access, 'invoices:read')).allowed).toBe(false);
  });

  it('who leaves is out when the call returns, and in again when added again', async () => {
    const { tenant, role, member, access, refreshToken } = await joined('reports:read');
    expect((await decide(access, 'reports:read')).allowed).toBe(true);
    await expectStatus(admin('removeTenantMember', member), 204);
    expect(await decide(access, 'projects:read')).toEqual(ended);
    expect((await signIn(tenant)).status).toBe(403);
    const refused = await refresh(refreshToken);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'TENANT_ACCESS_DENIED']);
    expect(await introspect(refreshToken)).toEqual({ active: false });
    expect((await signIn()).status).toBe(200);
    await expectStatus(admin('addTenantMember', { tenant }, { user_id: world.user.id, role }), 200);
    expect((await decide(access, 'reports:read')).allowed).toBe(true);
    expect(await introspect(refreshToken)).toMatchObject({ active: true, tenant });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('what is revoked while its tenant is archived, or its user outside, stays so when that is over', async () => {
    const archived = await joined('reports:read');
    await expectStatus(admin('updateTenant', { tenant: archived.tenant }, { status: 'archived' }), 200);
    expect(await introspect(archived.refreshToken)).toEqual({ active: false });
    await expectStatus(revoke({ token: archived.access }), 200);
    await expectStatus(admin('updateTenant', { tenant: archived.tenant }, { status: 'active' }), 200);
    const outside = await joined('reports:read');
    await expectStatus(admin('removeTenantMember', outside.member), 204);
    await expectStatus(revoke({ token: outside.access }), 200);
    const { tenant, role } = outside;
    await expectStatus(admin('addTenantMember', { tenant }, { user_id: world.user.id, role }), 200);
    for (const { access, refreshToken } of [archived, outside]) {
      expect((await decide(access, 'reports:read')).reason).toBe('session_ended');
      expect((await refresh(refreshToken)).status).toBe(401);
      // Again: there is nothing left to end, and that is no fault (RFC 7009).
      await expectStatus(revoke({ token: access }), 200);
    }
  });

  it('an archived tenant speaks for nobody until it is restored; a deleted one never again', async () => {
    const { tenant, access } = await joined('reports:read');
    expect((await decide(access, 'reports:read')).allowed).toBe(true);
    await expectStatus(admin('updateTenant', { tenant }, { status: 'archived' }), 200);
    expect(await decide(access, 'reports:read')).toEqual(ended);
    expect((await signIn(tenant)).status).toBe(403);
    await expectStatus(admin('updateTenant', { tenant }, { status: 'active' }), 200);
    expect((await decide(access, 'reports:read')).allowed).toBe(true);
    await expectStatus(admin('deleteTenant', { tenant }), 204);
    expect(await decide(access, 'reports:read')).toEqual(ended);
  });
});
