import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';
import { untilServed } from '../until-served.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const revoke = (id: string, auth = owner.session) =>
  suite.call('revokeAccessToken', { auth, params: { ws: owner.workspace.id, id } });
const use = (auth: string) =>
  suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } });

describe('204', () => {
  it('ends it in every service before it answers, and again, with a row in the log each time', async () => {
    const { id, secret } = await suite.mint(owner);
    expect((await use(secret)).status).toBe(200);
    const position = async () =>
      Number((await suite.database('platform').query('SELECT n FROM inval_pos')).rows[0].n);
    const before = await position();
    const answer = await revoke(id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await use(secret)).status).toBe(401);
    expect((await suite.call('introspect', { auth: secret })).status).toBe(401);
    expect((await revoke(id)).status).toBe(204);
    expect(await position()).toBeGreaterThanOrEqual(before + 2);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'access-token.revoked',
      required_action: 'workspace.api-key.delete',
      resource: `pcft:platform:workspace/${owner.workspace.id}/api-key/${id}`,
      target: { type: 'access-token', id },
      actor: { id: owner.id },
    });
  });

  it('lets a PAT revoke itself', async () => {
    const { id, secret } = await suite.mint(owner);
    expect((await revoke(id, secret)).status).toBe(204);
    expect((await revoke(id, secret)).status).toBe(401);
  });

  it('lets admins revoke the PATs of others, members their own', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const member = await suite.addMember(owner.workspace, 'member');
    const [ofOwner, ofMember] = [await suite.mint(owner), await suite.mint(member, { kind: 'full' })];
    expect((await revoke(ofOwner.id, member.session)).status).toBe(404);
    expect((await revoke(ofMember.id, member.session)).status).toBe(204);
    expect((await revoke(ofOwner.id, admin.session)).status).toBe(204);
  });

  it('accepts no call that is sent after any of 50 parallel revokes has returned', async () => {
    const { id, secret } = await suite.mint(owner);
    let returnedAt = Infinity;
    const late: number[] = [];
    let calls = 0;
    let over = false;
    const caller = async () => {
      while (!over) {
        const sentAt = performance.now();
        const { status } = await use(secret);
        calls++;
        if (status === 200 && sentAt > returnedAt) late.push(sentAt - returnedAt);
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const answer = await untilServed(() => revoke(id));
        returnedAt = Math.min(returnedAt, performance.now());
        return answer.status;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    over = true;
    await Promise.all(callers);
    expect(answers).toEqual(answers.map(() => 204));
    expect(calls).toBeGreaterThan(50);
    expect(late).toEqual([]);
  });
});

describe('404 when', () => {
  it('it belongs to another workspace, or to none', async () => {
    const stranger = await suite.createOwner();
    expect((await revoke(stranger.patId)).status).toBe(404);
    expect((await revoke('pat_00000000000000000000000000')).status).toBe(404);
    expect((await suite.call('introspect', { auth: stranger.pat })).status).toBe(200);
  });
});
