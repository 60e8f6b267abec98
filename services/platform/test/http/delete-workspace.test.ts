import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const close = (auth = owner.session, ws = owner.workspace.id) =>
  suite.call('deleteWorkspace', { auth, params: { ws } });
const restore = (auth = owner.session, ws = owner.workspace.id) =>
  suite.call('restoreWorkspace', { auth, params: { ws } });
const logs = async (auth: string, ws = owner.workspace.id) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws } })).status;

describe('200', () => {
  it('ends PATs and memberships in every service before it answers', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const { secret } = await suite.mint(
      { session: admin.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    for (let round = 0; round < 3; round++) {
      expect([await logs(owner.pat), await logs(secret), await logs(admin.session)]).toEqual([200, 200, 200]);
      const answer = await close(round === 0 ? owner.pat : owner.session);
      expect([answer.status, answer.body.id]).toEqual([200, owner.workspace.id]);
      expect([await logs(owner.pat), await logs(secret)]).toEqual([401, 401]);
      expect([await logs(owner.session), await logs(admin.session)]).toEqual([404, 404]);
      expect((await suite.call('introspect', { auth: owner.pat })).status).toBe(401);
      expect((await restore()).status).toBe(200);
    }
  });

  it('says until when it can be restored, and leaves a row in its log', async () => {
    const answer = await close();
    const { closed_at, restorable_until } = answer.body;
    expect(Date.parse(restorable_until) - Date.parse(closed_at)).toBe(30 * 24 * 3600 * 1000);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'workspace.closed',
      required_action: 'workspace.delete',
      log: owner.workspace.id,
      changes: { before: { closed_at: null }, after: { closed_at } },
    });
    await restore();
  });

  it('looks absent to its owners too, and is no longer what they imply', async () => {
    await close();
    const absent = await suite.call('getWorkspace', {
      auth: owner.session,
      params: { ws: 'ws_00000000000000000000000000' },
    });
    for (const ws of [owner.workspace.id, owner.workspace.slug]) {
      const closed = await suite.call('getWorkspace', { auth: owner.session, params: { ws } });
      expect([closed.status, closed.body.error.message]).toEqual([404, absent.body.error.message]);
      const said = await suite.call('introspectWorkspace', { auth: owner.session, params: { id: ws } });
      expect(said.body).toEqual({ is_member: false, role: null, policy: [], services: [] });
    }
    expect((await suite.call('listWorkspaces', { auth: owner.session })).body.data).toEqual([]);
    expect((await suite.call('introspect', { auth: owner.session })).body.workspaces).toEqual([]);
    expect((await close()).status).toBe(404);
    await restore();
  });

  it('keeps its slug for itself', async () => {
    const gone = await suite.createOwner();
    await close(gone.session, gone.workspace.id);
    const body = { slug: gone.workspace.slug, display_name: 'Mine now' };
    expect((await suite.call('createWorkspace', { auth: owner.session, body })).status).toBe(409);
  });
});

describe('403 when', () => {
  it('an admin asks, and it stays open', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const answer = await close(admin.session);
    expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.delete']);
    expect(await logs(owner.pat)).toBe(200);
  });
});
