import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Answer, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const report = (id: string, auth = owner.session, query: Record<string, number> = {}) =>
  suite.call('getAccessTokenReport', { auth, params: { ws: owner.workspace.slug, id }, query });

const logged = (answers: readonly Answer[]) =>
  waitForRows(suite, { auth: owner.session, ws: owner.workspace.id }, answers.map(requestIdOf));

const wide = [
  { effect: 'allow', actions: ['workspace.*', 'heimdall.*'], resources: ['*'] },
  { effect: 'allow', actions: ['heimdall.user.*'], resources: ['*'] },
  { effect: 'deny', actions: ['workspace.audit.*'], resources: ['*'] },
  { effect: 'deny', actions: ['heimdall.user.*'], resources: ['*'] },
];

describe('200', () => {
  it('tells what was used of what is granted, and proposes exactly that', async () => {
    const { id, secret } = await suite.mint(owner, { policy: wide });
    const ws = { ws: owner.workspace.id };
    const answers = [
      await suite.call('getWorkspace', { auth: secret, params: ws }),
      await suite.call('getWorkspace', { auth: secret, params: ws }),
      await suite.call('listMembers', { auth: secret, params: ws }),
      await suite.call('listWorkspaceAuditLogs', { auth: secret, params: ws }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403]);
    await logged(answers);
    const { body } = await report(id);
    expect(body).toMatchObject({
      ...{ access_token_id: id, name: 'test', status: 'active', calls_read: 4, complete: true, policy: wide },
      last_used: { ip: '127.0.0.1', service: 'audit' },
    });
    const resources = [`pcft:platform:workspace/${owner.workspace.id}`];
    const used = body.used_actions.map(({ last_at: _at, ...rest }: { last_at: string | null }) => rest);
    expect(used).toEqual([
      { action: 'workspace.read', calls: 2, refused: 0, resources: 1 },
      { action: 'workspace.member.list', calls: 1, refused: 0, resources: 1 },
      { action: 'workspace.audit.read', calls: 0, refused: 1, resources: 0 },
    ]);
    expect(body.statements.map(({ calls }: { calls: number }) => calls)).toEqual([3, 0, 1, 0]);
    expect(body.unused_actions).toContain('heimdall.app.create');
    expect(body.unused_actions).not.toContain('workspace.read');
    // Denied altogether, so not granted at all.
    expect(body.unused_actions).not.toContain('workspace.audit.read');
    expect(body.proposed_policy).toEqual([
      { effect: 'allow', actions: ['workspace.member.list'], resources: [`${resources[0]}/member/*`] },
      { effect: 'allow', actions: ['workspace.read'], resources },
    ]);
  });

  it('proposes what then works, and nothing else', async () => {
    const { id, secret } = await suite.mint(owner);
    const ws = { ws: owner.workspace.id };
    await logged([
      await suite.call('getWorkspace', { auth: secret, params: ws }),
      await suite.call('createWorkspaceApp', {
        auth: secret,
        params: ws,
        body: { slug: `a-${Date.now()}`, display_name: 'A' },
      }),
    ]);
    const { body } = await report(id);
    const narrow = await suite.mint(owner, { policy: body.proposed_policy });
    expect((await suite.call('getWorkspace', { auth: narrow.secret, params: ws })).status).toBe(200);
    expect((await suite.call('listMembers', { auth: narrow.secret, params: ws })).status).toBe(403);
  });

  it('says of an unused PAT that all of it is unused', async () => {
    const { id } = await suite.mint(owner, { kind: 'read-only' });
    const { body } = await report(id, owner.pat);
    expect(body).toMatchObject({ calls_read: 0, used_actions: [], last_used: null, proposed_policy: null });
    expect(body.unused_actions.length).toBeGreaterThan(5);
  });

  it('looks no further back than it was asked to', async () => {
    const { id, secret } = await suite.mint(owner);
    await logged([await suite.call('getWorkspace', { auth: secret, params: { ws: owner.workspace.id } })]);
    const { body } = await report(id, owner.session, { days: 1 });
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(86_400_000);
    expect(body.calls_read).toBe(1);
  });
});

describe('403 when', () => {
  it('the caller may read the log and the PAT, and was not granted the report', async () => {
    const { id } = await suite.mint(owner);
    const only = async (...actions: string[]) =>
      (await suite.mint(owner, { policy: [{ effect: 'allow', actions, resources: ['*'] }] })).secret;
    expect((await report(id, await only('workspace.audit.read', 'workspace.api-key.read'))).status).toBe(403);
    expect((await report(id, await only('workspace.api-key.report'))).status).toBe(200);
  });
});

describe('404 when', () => {
  it('the PAT was revoked', async () => {
    const { id } = await suite.mint(owner);
    await suite.revoke(owner, id);
    expect((await report(id)).status).toBe(404);
  });

  it('the PAT is that of another workspace', async () => {
    const other = await suite.createOwner();
    expect((await report(other.patId)).status).toBe(404);
  });
});

describe('400', () => {
  it.each([0, 91])('for %s days', async (days) => {
    expect((await report(owner.patId, owner.session, { days })).status).toBe(400);
  });
});
