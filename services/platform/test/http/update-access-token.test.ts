import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const update = (id: string, body: object, auth = owner.session) =>
  suite.call('updateAccessToken', { auth, params: { ws: owner.workspace.id, id }, body });
const statusOf = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;

describe('200', () => {
  it('renames it, and says what changed in the log', async () => {
    const { id } = await suite.mint(owner);
    const answer = await update(id, { name: 'nightly' });
    expect(answer.body).toMatchObject({ id, name: 'nightly', status: 'active' });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'access-token.updated',
      changes: { before: { name: 'test', status: 'active' }, after: { name: 'nightly', status: 'active' } },
    });
  });

  it('disables it in every service before it answers, and enables it again', async () => {
    const { id, secret } = await suite.mint(owner);
    expect(await statusOf(secret)).toBe(200);
    for (let round = 0; round < 5; round++) {
      expect((await update(id, { status: 'disabled' })).body.status).toBe('disabled');
      expect(await statusOf(secret)).toBe(401);
      expect((await suite.call('introspect', { auth: secret })).status).toBe(401);
      expect((await update(id, { status: 'active' })).body.status).toBe('active');
      expect(await statusOf(secret)).toBe(200);
    }
  });

  it('disables children with their parent', async () => {
    const parent = await suite.mint(owner);
    const child = await suite.mint({ session: parent.secret, workspace: owner.workspace });
    expect(await statusOf(child.secret)).toBe(200);
    await update(parent.id, { status: 'disabled' });
    expect(await statusOf(child.secret)).toBe(401);
  });

  it('lets admins disable the PATs of others', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const { id, secret } = await suite.mint(owner);
    expect((await update(id, { status: 'disabled' }, admin.session)).status).toBe(200);
    expect(await statusOf(secret)).toBe(401);
  });
});

describe('403 when', () => {
  it('somebody else than its creator renames it', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const { id } = await suite.mint(owner);
    const answer = await update(id, { name: 'mine now', status: 'disabled' }, admin.session);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([403, 'policy']);
    expect(answer.headers['x-required-action']).toBe('workspace.api-key.update');
    const params = { ws: owner.workspace.id, id };
    expect((await suite.call('getAccessToken', { auth: owner.session, params })).body).toMatchObject({
      name: 'test',
      status: 'active',
    });
  });
});

describe('404 when', () => {
  it('a member means the PAT of somebody else, or anybody a revoked one', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await update(owner.patId, { status: 'disabled' }, member.session)).status).toBe(404);
    const { id } = await suite.mint(owner);
    await suite.revoke(owner, id);
    expect((await update(id, { status: 'active' })).status).toBe(404);
  });
});

describe('400 when', () => {
  it.each([{}, { status: 'revoked' }, { name: '' }, { policy: [] }])('the body is %j', async (body) => {
    expect((await update(owner.patId, body)).status).toBe(400);
  });
});
