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

describe('200', () => {
  it('brings back members, PATs and services as they were, by id or by slug', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    for (const reference of [owner.workspace.id, owner.workspace.slug]) {
      await close();
      const answer = await restore(owner.session, reference);
      expect([answer.status, answer.body]).toMatchObject([200, { id: owner.workspace.id, role: 'owner' }]);
      expect(await auditRowOf(suite, answer)).toMatchObject({
        action: 'workspace.restored',
        log: owner.workspace.id,
        actor: { id: owner.id },
      });
      for (const auth of [owner.pat, admin.session]) {
        const params = { ws: owner.workspace.id };
        expect((await suite.call('listWorkspaceAuditLogs', { auth, params })).status).toBe(200);
      }
    }
  });

  it('does nothing to one that is open', async () => {
    expect((await restore()).body.id).toBe(owner.workspace.id);
  });
});

describe('403 when', () => {
  it('a PAT asks, whatever its policy, open or closed or absent', async () => {
    for (const ws of [owner.workspace.id, 'no-such-workspace'])
      expect((await restore(owner.pat, ws)).status).toBe(403);
  });
});

describe('404 when', () => {
  it('anybody asks who is no owner, and it stays closed', async () => {
    const [admin, stranger] = [await suite.addMember(owner.workspace, 'admin'), await suite.createOwner()];
    await close();
    const absent = await restore(stranger.session, 'ws_00000000000000000000000000');
    for (const { session } of [admin, stranger]) {
      const answer = await restore(session);
      expect([answer.status, answer.body.error.message]).toEqual([404, absent.body.error.message]);
    }
    const params = { ws: owner.workspace.id };
    expect((await suite.call('getWorkspace', { auth: owner.session, params })).status).toBe(404);
    await restore();
  });
});

describe('409 when', () => {
  it('the time is over', async () => {
    const late = await suite.createOwner();
    await close(late.session, late.workspace.id);
    const age = (days: number) =>
      suite
        .database('platform', 'owner')
        .query(`UPDATE workspace SET closed_at = now() - $2::int * interval '1 day' WHERE id = $1`, [
          late.workspace.id,
          days,
        ]);
    await age(31);
    const { status, body } = await restore(late.session, late.workspace.id);
    expect([status, body.error.details[0].reason]).toEqual([409, 'the time to restore it is over']);
    await age(29);
    expect((await restore(late.session, late.workspace.id)).status).toBe(200);
  });
});
