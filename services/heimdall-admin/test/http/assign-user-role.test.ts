import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, createWorld, expectStatus, uniqueName, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const inApp = () => ({ auth: world.owner.pat, params: { app: world.app.id } });
const newRole = async (...permissions: string[]) => {
  const name = uniqueName('editor');
  await expectStatus(suite.call('createRole', { ...inApp(), body: { name, permissions } }), 201);
  return name;
};
const user = () => ({ app: world.app.name, user_id: world.user.id });
const assign = (role: string) =>
  suite.call('assignUserRole', { auth: world.owner.pat, params: user(), body: { role } });
const remove = (role: string) =>
  suite.call('removeUserRole', { auth: world.owner.pat, params: { ...user(), role_name: role } });
const allowed = async (permission: string) => {
  const answer = await suite.call('authorize', {
    auth: world.owner.pat,
    body: { token: world.accessToken, permission },
  });
  return answer.body.allowed as boolean;
};

describe('a role that is assigned and removed', () => {
  it('shows in the next decision of authorize, though the token is older', async () => {
    const role = await newRole('deploys:start');
    expect(await allowed('deploys:start')).toBe(false);
    const given = await assign(role);
    expect([given.status, given.body.roles]).toEqual([200, [world.role.name, role]]);
    expect(await allowed('deploys:start')).toBe(true);
    expect((await assign(role)).body).toEqual(given.body);
    const taken = await remove(role);
    expect([taken.status, taken.body.roles]).toEqual([200, [world.role.name]]);
    expect(await allowed('deploys:start')).toBe(false);
    expect((await remove(role)).body).toEqual(taken.body);
  });

  it('leaves the audit row that seed 001 prints', async () => {
    const role = await newRole('rows:read');
    const answer = await assign(role);
    const deadline = Date.now() + 5000;
    let rows: Record<string, unknown>[] = [];
    while (rows.length === 0 && Date.now() < deadline) {
      await sleep(100);
      const logs = await suite.call('listAuditLogs', {
        auth: world.owner.pat,
        query: { action: 'role.assigned', limit: 100 },
      });
      rows = logs.body.data.filter(
        (row: { request_id: string }) => row.request_id === answer.headers['x-request-id'],
      );
    }
    expect(rows).toEqual([
      expect.objectContaining({
        action: 'role.assigned',
        app_id: world.app.id,
        actor_id: world.owner.id,
        target_type: 'user',
        target_id: world.user.id,
        metadata: { role },
      }),
    ]);
  });

  it('ends with the role, which its users lose', async () => {
    const role = await newRole('short:lived');
    await assign(role);
    expect(await allowed('short:lived')).toBe(true);
    const key = { auth: world.owner.pat, params: { app: world.app.id, role_name: role } };
    expect((await suite.call('deleteRole', key)).status).toBe(204);
    expect(await allowed('short:lived')).toBe(false);
    expect((await suite.call('getUser', { auth: world.owner.pat, params: user() })).body.roles).not.toContain(
      role,
    );
    expect((await suite.call('deleteRole', key)).status).toBe(404);
    expect((await assign(role)).status).toBe(404);
    // A role of the same name is another one: nobody has it.
    await suite.call('createRole', { ...inApp(), body: { name: role, permissions: ['short:lived'] } });
    expect(await allowed('short:lived')).toBe(false);
  });

  it('is either assigned or gone when both are asked at once', async () => {
    for (let round = 0; round < 5; round++) {
      const role = await newRole('raced:for');
      const key = { auth: world.owner.pat, params: { app: world.app.id, role_name: role } };
      const [given, deleted] = await Promise.all([assign(role), suite.call('deleteRole', key)]);
      expect([200, 404]).toContain(given.status);
      expect(deleted.status).toBe(204);
      expect(await allowed('raced:for')).toBe(false);
    }
  });
});

describe('permissions of a role', () => {
  it('count from the next decision on', async () => {
    const role = await newRole('reports:read');
    await assign(role);
    const params = { app: world.app.id, role_name: role };
    const updated = await suite.call('updateRole', {
      auth: world.owner.pat,
      params,
      body: { permissions: ['reports:write'], display_name: 'Reporter' },
    });
    expect(updated.body).toMatchObject({
      name: role,
      display_name: 'Reporter',
      permissions: ['reports:write'],
    });
    expect([await allowed('reports:read'), await allowed('reports:write')]).toEqual([false, true]);
    expect((await suite.call('getRole', { auth: world.owner.pat, params })).body).toEqual(updated.body);
  });
});

describe('the list of roles', () => {
  it('begins with admin, which may be deleted', async () => {
    const fresh = await createWorld(suite);
    const input = { auth: fresh.owner.pat, params: { app: fresh.app.id } };
    const list = async () =>
      (await suite.call('listRoles', input)).body.data.map((r: { name: string }) => r.name);
    expect(await list()).toEqual(['admin', fresh.role.name]);
    const gone = await suite.call('deleteRole', {
      auth: fresh.owner.pat,
      params: { app: fresh.app.id, role_name: 'admin' },
    });
    expect(gone.status).toBe(204);
    expect(await list()).toEqual([fresh.role.name]);
  });
});

describe('404', () => {
  it('for a role of another app, in body and path', async () => {
    const other = await createWorld(suite);
    expect((await assign(other.role.name)).status).toBe(404);
    expect((await remove(other.role.name)).status).toBe(404);
  });
});

describe('400', () => {
  it.each([{ permissions: ['*'] }, { name: 'renamed' }, {}])(
    'when a role is updated with %j',
    async (body) => {
      const params = { app: world.app.id, role_name: world.role.name };
      expect((await suite.call('updateRole', { auth: world.owner.pat, params, body })).status).toBe(400);
    },
  );
});
