import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const remove = (id: string, auth = owner.session, ws = owner.workspace.id) =>
  suite.call('removeMember', { auth, params: { ws, id } });
const logs = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;

describe('204', () => {
  it('revokes the pinned PATs of the account for good, with their children, before it answers', async () => {
    for (let round = 0; round < 3; round++) {
      const person = await suite.addMember(owner.workspace, 'admin');
      const pat = await suite.mint({ session: person.session, workspace: owner.workspace }, { kind: 'full' });
      const child = await suite.mint({ session: pat.secret, workspace: owner.workspace }, { kind: 'full' });
      const auths = [pat.secret, child.secret, person.session];
      expect(await Promise.all(auths.map(logs))).toEqual([200, 200, 200]);
      const answer = await remove(person.memberId);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await Promise.all(auths.map(logs))).toEqual([401, 401, 404]);
      expect(await auditRowOf(suite, answer)).toMatchObject({
        action: 'member.removed',
        required_action: 'workspace.member.delete',
        target: { type: 'member', id: person.memberId },
        metadata: { account_id: person.id, revoked: expect.arrayContaining([pat.id, child.id]) },
      });
      await suite.setRole({ id: person.id, workspace: owner.workspace }, 'admin');
      expect([await logs(pat.secret), await logs(child.secret)]).toEqual([401, 401]);
    }
  });

  it('leaves the PATs of the account in other workspaces, and of others in this one', async () => {
    const person = await suite.createOwner();
    await suite.setRole({ id: person.id, workspace: owner.workspace }, 'member');
    const params = { ws: owner.workspace.id };
    const members = await suite.call('listMembers', { auth: owner.session, params, query: { limit: 100 } });
    const { id } = members.body.data.find(
      (member: { account_id: string }) => member.account_id === person.id,
    );
    expect((await remove(id)).status).toBe(204);
    for (const auth of [person.pat, owner.pat])
      expect((await suite.call('introspect', { auth })).status).toBe(200);
  });

  it('lets anybody leave', async () => {
    for (const role of ['member', 'admin', 'owner'] as const) {
      const person = await suite.addMember(owner.workspace, role);
      const answer = await remove(person.memberId, person.session);
      expect(answer.status).toBe(204);
      expect((await auditRowOf(suite, answer)).metadata).toMatchObject({ left: true });
      expect((await remove(person.memberId, person.session)).status).toBe(404);
    }
  });

  it('lets admins remove admins and members', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    for (const role of ['member', 'admin'] as const) {
      const person = await suite.addMember(owner.workspace, role);
      expect((await remove(person.memberId, admin.session)).status).toBe(204);
    }
  });
});

describe('403 when', () => {
  it('a member removes somebody else, or an admin an owner', async () => {
    const people = {
      member: await suite.addMember(owner.workspace, 'member'),
      admin: await suite.addMember(owner.workspace, 'admin'),
      owner: await suite.addMember(owner.workspace, 'owner'),
    };
    for (const [who, whom] of [
      ['member', 'admin'],
      ['member', 'owner'],
      ['admin', 'owner'],
    ] as const) {
      const answer = await remove(people[whom].memberId, people[who].session);
      expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.member.delete']);
    }
  });
});

describe('409 when', () => {
  it('the last owner would go, and the workspace keeps one however they hurry', async () => {
    const first = await suite.createOwner();
    const { id: ws } = first.workspace;
    const listed = await suite.call('listMembers', { auth: first.session, params: { ws } });
    const firstId = listed.body.data[0].id as string;
    expect((await remove(firstId, first.session, ws)).status).toBe(409);
    const second = await suite.addMember(first.workspace, 'owner');
    const answers = await Promise.all([
      remove(firstId, first.session, ws),
      remove(second.memberId, second.session, ws),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });
});
