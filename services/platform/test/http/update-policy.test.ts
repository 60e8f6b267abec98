import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
const members = allow(['workspace.member.list']);

async function policyWith(statements: object[]): Promise<string> {
  const body = { name: uniqueName('policy'), statements };
  const params = { ws: owner.workspace.id };
  return (await suite.call('createPolicy', { auth: owner.session, params, body })).body.id as string;
}
const update = (policy: string, body: object, auth = owner.session) =>
  suite.call('updatePolicy', { auth, params: { ws: owner.workspace.id, policy }, body });
const logs = async (auth: string) =>
  (await suite.call('listWorkspaceAuditLogs', { auth, params: { ws: owner.workspace.id } })).status;
async function until(status: number, ask: () => Promise<number>): Promise<void> {
  const deadline = performance.now() + 2000;
  while ((await ask()) !== status) expect(performance.now()).toBeLessThan(deadline);
}

describe('200', () => {
  it('narrows every PAT that names it, in every service before it answers, and widens them again', async () => {
    const policy = await policyWith([audit]);
    const { secret } = await suite.mint(owner, { policy_ids: [policy] });
    for (let round = 0; round < 5; round++) {
      expect(await logs(secret)).toBe(200);
      expect((await update(policy, { statements: [members] })).status).toBe(200);
      expect(await logs(secret)).toBe(403);
      expect((await update(policy, { version: 1 })).status).toBe(200);
      await until(200, () => logs(secret));
    }
  });

  it('never lets a child be wider than its parent, also when the policy of the parent narrows later', async () => {
    const policy = await policyWith([audit, allow(['workspace.api-key.create'])]);
    const parent = await suite.mint(owner, { policy_ids: [policy] });
    const byPat = { session: parent.secret, workspace: owner.workspace };
    const child = await suite.mint(byPat, { policy: [audit] });
    const grandchild = await suite.mint(owner, { policy_ids: [policy] });
    expect([await logs(child.secret), await logs(grandchild.secret)]).toEqual([200, 200]);
    await update(policy, { statements: [members] });
    const denied = await suite.call('listWorkspaceAuditLogs', {
      auth: child.secret,
      params: { ws: owner.workspace.id },
    });
    expect(denied.status).toBe(403);
    expect(denied.body.error.details[0].reason).toContain('denied by boundary: no-match');
    const introspected = await suite.call('introspect', { auth: child.secret });
    expect(introspected.body).toMatchObject({ policy: [audit], boundary: [[members]] });
    const simulated = await suite.call('simulatePolicy', {
      auth: owner.session,
      body: {
        pat_id: child.id,
        action: 'workspace.audit.read',
        resource: `pcft:audit:workspace/${owner.workspace.id}/event/*`,
      },
    });
    expect(simulated.body.deciding).toEqual({
      layer: 'boundary',
      effect: 'deny',
      reason: 'no-match',
      statement: null,
    });
  });

  it('bounds a child that names a policy which is widened beyond its parent', async () => {
    const policy = await policyWith([members]);
    const parent = await suite.mint(owner, {
      policy: [members, allow(['workspace.api-key.create'])],
    });
    const child = await suite.mint(
      { session: parent.secret, workspace: owner.workspace },
      { policy_ids: [policy] },
    );
    await update(policy, { statements: [allow(['*'])] });
    expect(await logs(child.secret)).toBe(403);
    const list = { auth: child.secret, params: { ws: owner.workspace.id } };
    expect((await suite.call('listMembers', list)).status).toBe(200);
    expect((await suite.call('getWorkspace', list)).status).toBe(403);
  });

  it('counts versions up, keeps each as it was, and says what changed in the log', async () => {
    const policy = await policyWith([audit]);
    const answer = await update(policy, { name: uniqueName('renamed'), statements: [members] });
    expect(answer.body).toMatchObject({ version: 2, statements: [members] });
    expect((await update(policy, { version: 1, expected_version: 2 })).body).toMatchObject({
      version: 1,
      statements: [audit],
    });
    expect((await update(policy, { statements: [audit, members] })).body.version).toBe(3);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'policy.updated',
      target: { type: 'policy', id: policy },
      changes: { before: { version: 1, statements: [audit] }, after: { version: 2, statements: [members] } },
    });
  });
});

describe('403 when', () => {
  it('the new statements, or those of the older version, are wider than the role of the editor', async () => {
    const policy = await policyWith([allow(['*'])]);
    await update(policy, { statements: [audit] });
    const admin = await suite.addMember(owner.workspace, 'admin');
    const wider = await update(policy, { statements: [audit, allow(['workspace.*'])] }, admin.session);
    expect([wider.status, wider.body.error.code]).toEqual([403, 'POLICY_TOO_WIDE']);
    expect(wider.body.error.details[0].field).toBe('statements[1]');
    const older = await update(policy, { version: 1 }, admin.session);
    expect([older.status, older.body.error.details[0].field]).toEqual([403, 'version (statement 0)']);
  });

  it('a PAT would widen itself', async () => {
    const policy = await policyWith([allow(['workspace.policy.update']), audit]);
    const { secret } = await suite.mint(owner, { policy_ids: [policy] });
    expect((await update(policy, { statements: [allow(['*'])] }, secret)).status).toBe(403);
    expect((await update(policy, { statements: [audit] }, secret)).status).toBe(200);
  });
});

describe('409 when', () => {
  it('another version is current than was expected, and of two at once only one is written', async () => {
    const policy = await policyWith([audit]);
    const both = await Promise.all(
      [members, audit].map((each) => update(policy, { statements: [each], expected_version: 1 })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = both.find(({ status }) => status === 409);
    expect(refused?.body.error.details[0].field).toBe('expected_version');
  });

  it('a PAT that names several policies would have more than 200 statements', async () => {
    const statementsOf = (count: number) =>
      Array.from({ length: count }, (_, i) => allow(['workspace.read'], [`pcft:platform:workspace/w${i}`]));
    const [large, small] = [await policyWith(statementsOf(150)), await policyWith(statementsOf(50))];
    await suite.mint(owner, { policy_ids: [large, small] });
    const { status, body } = await update(small, { statements: statementsOf(51) });
    expect([status, body.error.details[0].reason]).toEqual([409, expect.stringContaining('201 statements')]);
  });

  it('the name is that of another policy', async () => {
    const [one, two] = [await policyWith([audit]), await policyWith([audit])];
    const { body } = await suite.call('getPolicy', {
      auth: owner.session,
      params: { ws: owner.workspace.id, policy: one },
    });
    expect((await update(two, { name: body.name })).status).toBe(409);
    expect((await update(one, { name: body.name })).status).toBe(200);
  });
});

describe('400 when', () => {
  it.each([
    [{ expected_version: 1 }, 'statements'],
    [{ version: 1, statements: [audit] }, 'version'],
    [{ version: 9 }, 'version'],
    [{ statements: [allow(['workspace.reed'])] }, 'statements[0].actions[0]'],
  ])('the change is %j', async (body, field) => {
    const answer = await update(await policyWith([audit]), body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });
});
