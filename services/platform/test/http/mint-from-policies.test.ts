import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

// createAccessToken with `policy_ids`, the kind `custom`, and `resources`; the rest stands in create-access-token.
let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const allow = (actions: string[], resources = ['*']) => ({ effect: 'allow', actions, resources });
const [audit, members] = [allow(['workspace.audit.read']), allow(['workspace.member.list'])];
const mint = (body: object, auth = owner.session) =>
  suite.call('createAccessToken', {
    auth,
    params: { ws: owner.workspace.id },
    body: { name: 'test', ...body },
  });

async function policyWith(statements: object[], of: Owner = owner): Promise<string> {
  const body = { name: uniqueName('policy'), statements };
  const params = { ws: of.workspace.id };
  return (await suite.call('createPolicy', { auth: of.session, params, body })).body.id as string;
}

describe('201', () => {
  it('has its own statements and those of its policies, in this order', async () => {
    const [one, two] = [await policyWith([audit]), await policyWith([members])];
    const { status, body } = await mint({ policy: [allow(['workspace.read'])], policy_ids: [two, one] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      policy: [allow(['workspace.read']), members, audit],
      policy_ids: [two, one],
      kind: null,
      scopes: null,
      warnings: [],
    });
    expect((await suite.call('introspect', { auth: body.secret })).body.policy).toEqual(body.policy);
    const simulated = await suite.call('simulatePolicy', {
      auth: body.secret,
      body: {
        action: 'workspace.audit.read',
        resource: `pcft:audit:workspace/${owner.workspace.id}/event/*`,
      },
    });
    expect(simulated.body).toMatchObject({
      deciding: { layer: 'policy', statement: 2 },
      source: { policy_id: one, version: 1, statement: 0 },
    });
  });

  it('of the kind custom has the access levels on the resources', async () => {
    const resources = [`pcft:platform:workspace/${owner.workspace.id}`];
    const asked = { kind: 'custom', resources, access: ['list'] };
    // Seed 004: custom keys are the business plan's.
    const refused = await mint(asked);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'PLAN_FEATURE_MISSING']);
    await suite.call('updateWorkspacePlan', {
      auth: owner.session,
      params: { ws: owner.workspace.id },
      body: { plan: 'business' },
    });
    const { body } = await mint(asked);
    expect(body).toMatchObject({ kind: 'custom', policy: [{ effect: 'allow', resources }] });
    expect(body.policy[0].actions).toContain('workspace.member.list');
    expect(body.policy[0].actions).not.toContain('workspace.read');
    const params = { ws: owner.workspace.id };
    expect((await suite.call('listMembers', { auth: body.secret, params })).status).toBe(200);
    expect((await suite.call('getWorkspace', { auth: body.secret, params })).status).toBe(403);
  });

  it('narrows a kind and scopes to resources', async () => {
    const resources = ['pcft:heimdall:app/app_1'];
    for (const body of [{ kind: 'full' }, { scopes: ['read'] }]) {
      const minted = await mint({ ...body, resources });
      expect(minted.status).toBe(201);
      for (const statement of minted.body.policy) expect(statement.resources).toEqual(resources);
    }
  });
});

describe('404 when', () => {
  it('a policy is foreign or unknown: one and the same answer', async () => {
    const stranger = await suite.createOwner();
    const mine = await policyWith([audit]);
    const answers = [
      await mint({ policy_ids: [mine, await policyWith([audit], stranger)] }),
      await mint({ policy_ids: [mine, createId('pol_')] }),
    ];
    const said = answers.map(({ status, body: { error } }) => ({ status, ...error, request_id: '' }));
    expect(said[0]).toEqual(said[1]);
    expect(said[0]).toMatchObject({ status: 404, details: [{ field: 'policy_ids[1]' }] });
  });
});

describe('403 when', () => {
  it('a policy is wider than the role of the creator: policy and statement are named', async () => {
    const [fine, wide] = [await policyWith([members]), await policyWith([members, audit])];
    const member = await suite.addMember(owner.workspace, 'member');
    const { status, body } = await mint({ policy_ids: [fine, wide] }, member.session);
    expect([status, body.error.code]).toEqual([403, 'POLICY_TOO_WIDE']);
    expect(body.error.details[0].field).toBe(`policy_ids[1] (${wide} statement 1)`);
  });

  it('a policy is wider than the PAT it is minted with', async () => {
    const policy = await policyWith([audit]);
    const parent = await suite.mint(owner, { policy: [allow(['workspace.api-key.*']), members] });
    const { status, body } = await mint({ policy_ids: [policy] }, parent.secret);
    expect([status, body.error.details[0].field]).toEqual([403, `policy_ids[0] (${policy} statement 0)`]);
  });
});

describe('400 when', () => {
  it.each<[string, object, string]>([
    ['the kind custom has no resources', { kind: 'custom', access: ['read'] }, 'resources'],
    ['the kind custom has no access', { kind: 'custom', resources: ['*'] }, 'access'],
    ['another kind has access', { kind: 'full', access: ['read'] }, 'access'],
    ['statements have resources beside them', { policy: [members], resources: ['*'] }, 'resources'],
    ['a resource is none', { kind: 'full', resources: ['app_1'] }, 'resources[0]'],
    [
      'there are more than 25',
      { policy_ids: Array.from({ length: 26 }, () => createId('pol_')) },
      'policy_ids',
    ],
    ['one stands twice', { policy_ids: Array(2).fill(createId('pol_')) }, 'policy_ids'],
    ['a kind stands beside them', { policy_ids: [createId('pol_')], kind: 'full' }, 'policy'],
  ])('%s', async (_, body, field) => {
    const answer = await mint(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });

  it('there are more than 200 statements in all', async () => {
    const statements = Array.from({ length: 150 }, (_, i) =>
      allow(['workspace.read'], [`pcft:platform:workspace/w${i}`]),
    );
    const policy = await policyWith(statements);
    const { status, body } = await mint({ policy: statements.slice(0, 51), policy_ids: [policy] });
    expect([status, body.error.details[0].field]).toEqual([400, 'policy_ids']);
  });
});
