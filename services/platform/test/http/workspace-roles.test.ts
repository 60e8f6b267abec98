import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { auditRowOf, connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const allow = (actions: string[], resources = ['*']) => ({ effect: 'allow', actions, resources });
const audit = allow(['workspace.audit.read']);
const members = allow(['workspace.member.*', 'workspace.api-key.*']);
const roles = allow(['workspace.role.*', 'workspace.policy.*']);
const ws = () => ({ ws: owner.workspace.id });

const create = (body: object, auth = owner.session) =>
  suite.call('createWorkspaceRole', {
    auth,
    params: ws(),
    body: { name: uniqueName('role'), base: 'admin', ...body },
  });
const update = (role: string, body: object, auth = owner.session) =>
  suite.call('updateWorkspaceRole', { auth, params: { ...ws(), role }, body });
const remove = (role: string, auth = owner.session) =>
  suite.call('deleteWorkspaceRole', { auth, params: { ...ws(), role } });
const give = (id: string, role: string, auth = owner.session) =>
  suite.call('updateMember', { auth, params: { ...ws(), id }, body: { role } });
const logs = (auth: string) => suite.call('listWorkspaceAuditLogs', { auth, params: ws() });

async function withRole(statements: object[], base = 'admin') {
  const role = (await create({ statements, base })).body as { id: string; name: string };
  const person = await suite.addMember(owner.workspace, 'member');
  const given = await give(person.memberId, role.name);
  expect([given.status, given.body.role, given.body.role_id]).toEqual([200, role.name, role.id]);
  return { ...person, roleId: role.id, roleName: role.name };
}
async function until(status: number, auth: string): Promise<void> {
  const deadline = performance.now() + 2000;
  while ((await logs(auth)).status !== status) expect(performance.now()).toBeLessThan(deadline);
}

describe('a custom role', () => {
  it('is created with its row, listed behind the built-in ones, and read', async () => {
    const name = uniqueName('auditor');
    const answer = await create({ name, description: 'Reads the log', statements: [audit] });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^rol_/),
      name,
      built_in: false,
      base: 'admin',
      statements: [audit],
      policy: [audit],
      policy_ids: [],
      members: 0,
      version: 1,
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'role.created',
      required_action: 'workspace.role.create',
      target: { type: 'role', id: answer.body.id },
    });
    const listed = await suite.call('listWorkspaceRoles', {
      auth: owner.pat,
      params: ws(),
      query: { limit: 100 },
    });
    expect(listed.body.data.slice(0, 3)).toMatchObject([
      { id: 'owner', built_in: true, members: 1 },
      { id: 'admin', built_in: true },
      { id: 'member', built_in: true },
    ]);
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toContain(answer.body.id);
    const later = { auth: owner.pat, params: ws(), query: { limit: 1, offset: 3 } };
    expect((await suite.call('listWorkspaceRoles', later)).body.data[0].built_in).toBe(false);
    const params = { ...ws(), role: answer.body.id as string };
    expect((await suite.call('getWorkspaceRole', { auth: owner.pat, params })).body).toEqual(answer.body);
    const builtIn = { auth: owner.pat, params: { ...ws(), role: 'admin' } };
    expect((await suite.call('getWorkspaceRole', builtIn)).body).toMatchObject({
      id: 'admin',
      statements: null,
    });
  });

  it('caps sessions and PATs of who has it, in every service, and is told in the denial', async () => {
    const person = await withRole([audit, members]);
    const { secret, id } = await suite.mint(
      { session: person.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    expect([(await logs(person.session)).status, (await logs(secret)).status]).toEqual([200, 200]);
    const denied = await suite.call('getWorkspace', { auth: person.session, params: ws() });
    expect([denied.status, denied.headers['x-required-action']]).toEqual([403, 'workspace.read']);
    expect(denied.body.error.details[0].reason).toContain('denied by role_cap: no-match');
    const introspected = await suite.call('introspectWorkspace', {
      auth: secret,
      params: { id: owner.workspace.id },
    });
    expect(introspected.body).toMatchObject({
      role: { id: person.roleId, name: person.roleName },
      role_cap: 'admin',
      role_policy: [audit, members],
    });
    const simulated = await suite.call('simulatePolicy', {
      auth: owner.session,
      body: {
        pat_id: id,
        action: 'workspace.read',
        resource: `pcft:platform:workspace/${owner.workspace.id}`,
      },
    });
    expect(simulated.body).toMatchObject({
      allowed: false,
      role: 'admin',
      custom_role: { id: person.roleId, name: person.roleName },
      deciding: { layer: 'role_cap', reason: 'no-match' },
    });
  });

  it('narrows at once when it is edited, when its policy is, and when it is taken away', async () => {
    const body = { name: uniqueName('policy'), statements: [audit] };
    const policy = (await suite.call('createPolicy', { auth: owner.session, params: ws(), body })).body
      .id as string;
    const role = (await create({ policy_ids: [policy] })).body.id as string;
    const person = await suite.addMember(owner.workspace, 'member');
    await give(person.memberId, role);
    await until(200, person.session);
    const params = { ...ws(), policy };
    const edit = (statements: object[]) =>
      suite.call('updatePolicy', { auth: owner.session, params, body: { statements } });
    expect((await edit([members])).status).toBe(200);
    expect((await logs(person.session)).status).toBe(403);
    await edit([audit]);
    await until(200, person.session);
    expect((await update(role, { statements: [members], policy_ids: null })).body).toMatchObject({
      version: 2,
      policy: [members],
      policy_ids: [],
      members: 1,
    });
    expect((await logs(person.session)).status).toBe(403);
    await update(role, { statements: [audit] });
    await until(200, person.session);
    expect((await update(role, { base: 'member' })).status).toBe(200);
    expect((await logs(person.session)).body.error.details[0].reason).toContain('role-too-low');
    await update(role, { base: 'admin' });
    await until(200, person.session);
    expect((await give(person.memberId, 'member')).body.role_id).toBe('member');
    expect((await logs(person.session)).status).toBe(403);
  });

  it('bounds what is minted: statements are refused, kinds are cut', async () => {
    const person = await withRole([audit, members]);
    const mint = (body: object) =>
      suite.call('createAccessToken', {
        auth: person.session,
        params: ws(),
        body: { name: 'x', ...body },
      });
    const wide = await mint({ policy: [audit, allow(['workspace.read'])] });
    expect([wide.status, wide.body.error.details[0]]).toEqual([
      403,
      { field: 'policy[1]', reason: 'grants workspace.read on *, which your role does not allow' },
    ]);
    const full = await mint({ kind: 'full' });
    const actions = full.body.policy.flatMap((statement: { actions: string[] }) => statement.actions);
    expect(actions).toContain('workspace.audit.read');
    expect(actions).not.toContain('workspace.read');
  });
});

describe('nobody grants more than they have', () => {
  it('403: an admin with a custom role makes no wider role, policy or member', async () => {
    const person = await withRole([audit, members, roles]);
    const created = await create({ statements: [audit, allow(['heimdall.*'])] }, person.session);
    expect([created.status, created.body.error.details[0].field]).toEqual([403, 'statements[1]']);
    expect((await create({ statements: [audit] }, person.session)).status).toBe(201);
    const policy = await suite.call('createPolicy', {
      auth: person.session,
      params: ws(),
      body: { name: uniqueName('policy'), statements: [allow(['*'])] },
    });
    expect([policy.status, policy.body.error.code]).toEqual([403, 'POLICY_TOO_WIDE']);
    // Not the own role either.
    expect((await update(person.roleId, { statements: [allow(['*'])] }, person.session)).status).toBe(403);
    const other = await suite.addMember(owner.workspace, 'member');
    const admin = await suite.addMember(owner.workspace, 'admin');
    for (const [id, role] of [
      [other.memberId, 'admin'],
      [person.memberId, 'admin'],
      [admin.memberId, person.roleName],
    ] as const) {
      const given = await give(id, role, person.session);
      expect([given.status, given.headers['x-required-action']]).toEqual([403, 'workspace.member.update']);
    }
    const removed = await suite.call('removeMember', {
      auth: person.session,
      params: { ...ws(), id: admin.memberId },
    });
    expect(removed.status).toBe(403);
    const invite = (role: string, auth: string) =>
      suite.call('createWorkspaceInvite', {
        auth,
        params: ws(),
        body: { email: `${uniqueName('guest')}@example.com`, role },
      });
    const inviter = await withRole([allow(['workspace.invite.*']), audit]);
    for (const role of ['member', 'admin'])
      expect((await invite(role, inviter.session)).body.error.details[0].reason).toContain('role_cap');
    const narrow = (await create({ statements: [audit] })).body.id as string;
    const gives = await withRole([members, audit, allow(['workspace.read'])]);
    const fresh = await withRole([audit]);
    expect((await give(fresh.memberId, narrow, gives.session)).status).toBe(200);
  });

  it('403: a role wider than it may be changed by nobody below it, and a PAT makes none wider than itself', async () => {
    const wide = (await create({ statements: [allow(['*'])] })).body.id as string;
    const person = await withRole([roles, audit]);
    const changed = await update(wide, { statements: [audit] }, person.session);
    expect([changed.status, changed.body.error.details[0].field]).toEqual([403, 'role']);
    const { secret } = await suite.mint(owner, { policy: [roles] });
    expect((await create({ statements: [audit] }, secret)).status).toBe(403);
    expect((await create({ statements: [roles] }, secret)).status).toBe(201);
  });
});

describe('404 when', () => {
  it('a role or policy is foreign or unknown', async () => {
    const stranger = await suite.createOwner();
    const foreign = await suite.call('createWorkspaceRole', {
      auth: stranger.session,
      params: { ws: stranger.workspace.id },
      body: { name: uniqueName('role'), base: 'admin', statements: [audit] },
    });
    const person = await suite.addMember(owner.workspace, 'member');
    for (const role of [foreign.body.id, foreign.body.name, createId('rol_')] as string[])
      expect((await give(person.memberId, role)).status).toBe(404);
    expect((await create({ policy_ids: [createId('pol_')] })).status).toBe(404);
  });
});

describe('409 when', () => {
  it('somebody has it: with how many; 204 and a row when nobody does', async () => {
    const person = await withRole([audit]);
    const refused = await remove(person.roleId);
    expect([refused.status, refused.body.error.details[0].reason]).toEqual([409, '1 members have it']);
    await give(person.memberId, 'member');
    const removed = await remove(person.roleId);
    expect(removed.status).toBe(204);
    expect(await auditRowOf(suite, removed)).toMatchObject({ action: 'role.deleted' });
    expect((await remove(person.roleId)).status).toBe(404);
  });

  it('the name is taken or built in, it has changed in the meantime, or it is built in', async () => {
    const { id, name } = (await create({ statements: [audit] })).body as { id: string; name: string };
    for (const taken of [name, 'owner'])
      expect((await create({ name: taken, statements: [audit] })).body.error.details[0].field).toBe('name');
    expect((await update(id, { description: 'x', expected_version: 2 })).status).toBe(409);
    expect((await update(id, { description: 'x', expected_version: 1 })).body.version).toBe(2);
    expect((await update('admin', { description: 'x' })).status).toBe(409);
    expect((await remove('member')).status).toBe(409);
  });
});

describe('400 when', () => {
  it.each([
    [{}, 'statements'],
    [{ statements: [allow(['workspace.reed'])] }, 'statements[0].actions[0]'],
    [{ base: 'owner', statements: [audit] }, 'base'],
  ])('it is %j', async (body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });

  it('nothing is left of it, or nothing is changed', async () => {
    const { id } = (await create({ statements: [audit] })).body as { id: string };
    expect((await update(id, { statements: null })).body.error.details[0].field).toBe('statements');
    expect((await update(id, { expected_version: 1 })).status).toBe(400);
  });
});
