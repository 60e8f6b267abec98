import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let key: { id: string; secret: string };
let ids: { read: string[]; listed: string; refused: string };

const allow = (...actions: string[]) => [{ effect: 'allow', actions, resources: ['*'] }];

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  key = await suite.mint(owner, { policy: allow('workspace.read', 'workspace.member.list') });
  const params = { ws: owner.workspace.id };
  const read = [
    await suite.call('getWorkspace', { auth: key.secret, params }),
    await suite.call('getWorkspace', { auth: key.secret, params }),
  ];
  const listed = await suite.call('listMembers', { auth: key.secret, params });
  const refused = await suite.call('listWorkspaceAuditLogs', { auth: key.secret, params });
  await waitForRows(
    suite,
    { auth: owner.session, ws: params.ws },
    [...read, listed, refused].map(requestIdOf),
  );
  const rowOf = async (requestId: string): Promise<string> => {
    const query = { request_id: requestId };
    const { body } = await suite.call('listWorkspaceAuditLogs', { auth: owner.session, params, query });
    return body.data[0].id;
  };
  ids = {
    read: await Promise.all(read.map((each) => rowOf(requestIdOf(each)))),
    listed: await rowOf(requestIdOf(listed)),
    refused: await rowOf(requestIdOf(refused)),
  };
});
afterAll(() => suite.close());

const replay = (body: object, auth = owner.pat) => suite.call('replayPolicy', { auth, body });

describe('200', () => {
  it('lists calls that would have been refused, with their rows', async () => {
    const { body } = await replay({ policy: allow('workspace.member.list'), pat_id: key.id });
    expect(body).toMatchObject({ calls_read: 4, complete: true });
    expect(body.refused).toMatchObject({ calls: 2, groups_left_out: 0 });
    expect(body.refused.groups).toHaveLength(1);
    const [group] = body.refused.groups;
    expect(group).toMatchObject({
      ...{ action: 'workspace.read', resource: `pcft:platform:workspace/${owner.workspace.id}`, calls: 2 },
      ...{ reason: 'no-match', statement: null, rows: [...ids.read].reverse() },
    });
    expect(group.first_at < group.last_at).toBe(true);
    expect(body.allowed.calls).toBe(0);
  });

  it('names the statement that denies, and calls that would be allowed', async () => {
    const policy = [
      ...allow('workspace.*'),
      { effect: 'deny', actions: ['workspace.member.*'], resources: ['*'] },
    ];
    const { body } = await replay({ policy, pat_id: key.id });
    expect(body.refused.groups).toMatchObject([
      { action: 'workspace.member.list', reason: 'explicit-deny', statement: 1, rows: [ids.listed] },
    ]);
    expect(body.allowed.groups).toMatchObject([
      { action: 'workspace.audit.read', reason: 'allowed', statement: 0, rows: [ids.refused] },
    ]);
  });

  it('finds nothing wrong with the policy that a report proposes', async () => {
    const { body } = await replay({ pat_id: key.id, days: 90 });
    expect(body).toMatchObject({ calls_read: 4, refused: { calls: 0 }, allowed: { calls: 0 } });
    expect(body.policy.length).toBeGreaterThan(0);
  });

  it('asks of everybody in the workspace, where no PAT is named', async () => {
    const auth = owner.session;
    const { body } = await replay(
      { policy: allow('workspace.read'), workspace_id: owner.workspace.id },
      auth,
    );
    const actions = body.refused.groups.map(({ action }: { action: string }) => action);
    expect(actions).toContain('workspace.api-key.create');
    expect(actions).toContain('workspace.audit.read');
    expect(actions).not.toContain('workspace.read');
    expect(body.calls_read).toBeGreaterThan(4);
  });
});

describe('400', () => {
  it.each([
    ['nothing to try', {}],
    ['an unknown action', { policy: allow('workspace.raed') }],
    ['a malformed resource', { policy: [{ ...allow('workspace.read')[0], resources: ['x y'] }] }],
    ['more than 90 days', { policy: allow('workspace.read'), days: 91 }],
  ])('for %s', async (_what, body) => {
    expect((await replay(body)).status).toBe(400);
  });
});

describe('403 when', () => {
  it('the caller may not read the PAT', async () => {
    const { secret } = await suite.mint(owner, { policy: allow('workspace.audit.read') });
    expect((await replay({ policy: allow('workspace.read'), pat_id: key.id }, secret)).status).toBe(403);
    expect((await replay({ policy: allow('workspace.read') }, secret)).status).toBe(200);
  });
});

describe('404 when', () => {
  it('the PAT is that of another workspace', async () => {
    const other = await suite.createOwner();
    expect((await replay({ pat_id: other.patId })).status).toBe(404);
  });
});

describe('409 when', () => {
  it('the PAT gave nothing to propose a policy from', async () => {
    const unused = await suite.mint(owner);
    expect((await replay({ pat_id: unused.id })).status).toBe(409);
  });
});
