import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const setRole = (id: string, role: string, auth = owner.session) =>
  suite.call('updateMember', { auth, params: { ws: owner.workspace.id, id }, body: { role } });
const logs = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;
const membershipOf = async ({ session, workspace }: Owner) =>
  (await suite.call('listMembers', { auth: session, params: { ws: workspace.id } })).body.data[0]
    .id as string;

describe('200', () => {
  it('narrows the PATs of who is demoted in every service before it answers', async () => {
    const person = await suite.addMember(owner.workspace, 'admin');
    const { secret } = await suite.mint(
      { session: person.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    for (let round = 0; round < 5; round++) {
      expect(await logs(secret)).toBe(200);
      const answer = await setRole(person.memberId, 'member');
      expect(answer.body).toMatchObject({ id: person.memberId, account_id: person.id, role: 'member' });
      expect([await logs(secret), await logs(person.session)]).toEqual([403, 403]);
      await setRole(person.memberId, 'admin');
      const deadline = performance.now() + 1500;
      while ((await logs(secret)) !== 200) expect(performance.now()).toBeLessThan(deadline);
    }
  });

  it('says what changed in the log', async () => {
    const person = await suite.addMember(owner.workspace, 'member');
    expect(await auditRowOf(suite, await setRole(person.memberId, 'admin'))).toMatchObject({
      action: 'member.role-changed',
      required_action: 'workspace.member.update',
      resource: `pcft:platform:workspace/${owner.workspace.id}/member/${person.memberId}`,
      target: { type: 'member', id: person.memberId },
      changes: { before: { role: 'member' }, after: { role: 'admin' } },
    });
  });

  it('lets admins promote and demote all but owners, themselves too', async () => {
    const [admin, person] = [
      await suite.addMember(owner.workspace, 'admin'),
      await suite.addMember(owner.workspace, 'member'),
    ];
    expect((await setRole(person.memberId, 'admin', admin.session)).status).toBe(200);
    expect((await setRole(person.memberId, 'member', admin.session)).status).toBe(200);
    expect((await setRole(admin.memberId, 'member', admin.session)).status).toBe(200);
    expect((await setRole(admin.memberId, 'admin', admin.session)).status).toBe(403);
  });
});

describe('403 when', () => {
  it('an admin touches an owner, or makes one', async () => {
    const [admin, second] = [
      await suite.addMember(owner.workspace, 'admin'),
      await suite.addMember(owner.workspace, 'owner'),
    ];
    for (const [id, role] of [
      [second.memberId, 'member'],
      [second.memberId, 'owner'],
      [admin.memberId, 'owner'],
    ] as const) {
      const answer = await setRole(id, role, admin.session);
      expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.member.update']);
      expect(answer.body.error.details[0].reason).toContain('the role owner is needed, yours is admin');
    }
  });
});

describe('409 when', () => {
  it('the last owner would be none, also when two owners demote each other at the same moment', async () => {
    const first = await suite.createOwner();
    const change = (id: string, auth: string) =>
      suite.call('updateMember', { auth, params: { ws: first.workspace.id, id }, body: { role: 'member' } });
    const firstId = await membershipOf(first);
    const alone = await change(firstId, first.session);
    expect([alone.status, alone.body.error.details[0].field]).toEqual([409, 'id']);
    const second = await suite.addMember(first.workspace, 'owner');
    const answers = await Promise.all([
      change(second.memberId, first.session),
      change(firstId, second.session),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const { rows } = await suite
      .database('platform')
      .query(`SELECT count(*)::int AS owners FROM member WHERE workspace_id = $1 AND role = 'owner'`, [
        first.workspace.id,
      ]);
    expect(rows[0].owners).toBe(1);
  });
});

describe('404 when', () => {
  it('the membership is of another workspace', async () => {
    const other = await suite.createOwner();
    expect((await setRole(await membershipOf(other), 'member')).status).toBe(404);
  });
});
