import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';
import { mailedToken, subjects } from '../mailed-token.ts';

let suite: Suite;
/** A platform process with small plans, on the same database. */
let small: { name: string; url: string };
beforeAll(async () => {
  suite = await connectSuite();
  small = await suite.control.startInstance('platform', {
    PLAN_LIMITS: 'free.members=1,free.access_tokens=3,free.managed_policies=1,pro.access_tokens=5',
  });
});
afterAll(async () => {
  await suite.control.stop(small.name);
  await suite.close();
});

const on = () => small.url as `http${string}`;
const change = (owner: Owner, plan: string, auth = owner.session) =>
  suite.call('updateWorkspacePlan', { auth, params: { ws: owner.workspace.id }, body: { plan }, on: on() });
const mint = (owner: Owner, body: object = {}) =>
  suite.call('createAccessToken', {
    auth: owner.session,
    params: { ws: owner.workspace.id },
    body: { name: 'ci', kind: 'read-only', ...body },
    on: on(),
  });

describe('200', () => {
  it('changes the plan, shows it, and says so in the log', async () => {
    const owner = await suite.createOwner();
    const answer = await change(owner, 'pro');
    expect(answer.body).toMatchObject({ id: 'pro', limits: { access_tokens: 5 } });
    const params = { ws: owner.workspace.id };
    expect((await suite.call('getWorkspace', { auth: owner.pat, params })).body.plan).toBe('pro');
    expect(
      (await suite.call('introspectWorkspace', { auth: owner.pat, params: { id: params.ws } })).body,
    ).toMatchObject({ plan: 'pro', mode: 'live' });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'workspace.plan-changed',
      required_action: 'workspace.plan.update',
      changes: { before: { plan: 'free' }, after: { plan: 'pro' } },
    });
  });

  it('raises the limits of calls at every service, and lowers them again, when it returns', async () => {
    const owner = await suite.createOwner();
    const params = { ws: owner.workspace.id };
    const limitAt = async (operationId: string) =>
      Number((await suite.call(operationId, { auth: owner.pat, params })).headers['x-ratelimit-limit']);
    const everywhere = async () => [await limitAt('getWorkspace'), await limitAt('listWorkspaceAuditLogs')];
    const before = await everywhere();
    for (const [plan, times] of [
      ['pro', 5],
      ['business', 20],
      ['free', 1],
    ] as const) {
      expect((await change(owner, plan)).status).toBe(200);
      expect(await everywhere()).toEqual(before.map((limit) => limit * times));
    }
  });

  it('is what a key with `subscription:write` may do', async () => {
    const owner = await suite.createOwner();
    const { secret } = await suite.mint(owner, { scopes: ['subscription:write'] });
    expect((await change(owner, 'business', secret)).status).toBe(200);
  });

  it('makes room', async () => {
    const owner = await suite.createOwner();
    expect((await mint(owner)).status).toBe(201);
    expect((await mint(owner)).status).toBe(201);
    expect((await mint(owner)).status).toBe(403);
    await change(owner, 'pro');
    expect((await mint(owner)).status).toBe(201);
  });
});

describe('a limit', () => {
  it('is named with its figure, and frees its place with a token that ends', async () => {
    const owner = await suite.createOwner();
    const { body } = await mint(owner, { expires_in: 60 });
    await mint(owner);
    const refused = await mint(owner);
    expect([refused.status, refused.body.error.code]).toEqual([403, 'PLAN_LIMIT_REACHED']);
    expect(refused.body.error.details).toEqual([
      { field: 'plan', reason: 'access_tokens: the plan free allows 3, and 3 are there' },
    ]);
    await suite.revoke(owner, owner.patId);
    expect((await mint(owner)).status).toBe(201);
    await suite
      .database('platform', 'owner')
      .query(`UPDATE access_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [body.id]);
    expect((await mint(owner)).status).toBe(201);
  });

  it('of members is asked when an invite is accepted, and the invite stays good until there is room', async () => {
    const [owner, account] = [await suite.createOwner(), await suite.createAccount()];
    const params = { ws: owner.workspace.id };
    const body = { email: account.email, role: 'member' };
    await suite.call('createWorkspaceInvite', { auth: owner.session, params, body, on: on() });
    const token = await mailedToken(suite, { to: account.email, subject: subjects.invite });
    const accept = () =>
      suite.call('acceptWorkspaceInvite', { auth: account.session, params: { token }, on: on() });
    const refused = await accept();
    expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
      403,
      'PLAN_LIMIT_REACHED',
      [{ field: 'plan', reason: 'members: the plan free allows 1, and 1 are there' }],
    ]);
    const listed = await suite.call('listMembers', { auth: owner.session, params });
    expect(listed.body.pagination.total).toBe(1);
    await change(owner, 'pro');
    expect((await accept()).status).toBe(200);
  });

  it('counts managed policies and custom roles, of which the smallest plan has none', async () => {
    const owner = await suite.createOwner();
    const create = (operation: string, body: object) =>
      suite.call(operation, { auth: owner.session, params: { ws: owner.workspace.id }, body, on: on() });
    const statements = [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }];
    expect((await create('createPolicy', { name: 'one', statements })).status).toBe(201);
    const role = { name: 'reader', base: 'member', statements };
    const refused = [
      await create('createPolicy', { name: 'two', statements }),
      await create('createWorkspaceRole', role),
    ];
    expect(
      refused.map(({ status, body }) => [status, body.error.code, body.error.details[0].reason]),
    ).toEqual([
      [403, 'PLAN_LIMIT_REACHED', 'managed_policies: the plan free allows 1, and 1 are there'],
      [403, 'PLAN_LIMIT_REACHED', 'custom_roles: the plan free allows 0, and 0 are there'],
    ]);
    await change(owner, 'pro');
    expect((await create('createWorkspaceRole', role)).status).toBe(201);
    const back = await change(owner, 'free');
    expect([back.status, back.body.error.details[0].reason]).toEqual([
      409,
      'custom_roles: free allows 0, and 1 are there',
    ]);
  });

  it('is not passed by many that mint at once', async () => {
    const owner = await suite.createOwner();
    const answers = await Promise.all(Array.from({ length: 12 }, () => mint(owner)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10);
  });

  it('holds for account-wide keys of an account too, by its greatest plan', async () => {
    const owner = await suite.createOwner();
    const create = () =>
      suite.call('createApiKey', {
        auth: owner.session,
        body: { name: 'ci', scopes: ['user:read'] },
        on: on(),
      });
    const answers = await Promise.all(Array.from({ length: 8 }, create));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.find(({ status }) => status !== 200);
    expect([refused?.status, refused?.body.code]).toEqual([403, 'PLAN_LIMIT_REACHED']);
    await change(owner, 'pro');
    expect((await create()).status).toBe(200);
  });
});

describe('403 when', () => {
  it('an admin asks', async () => {
    const owner = await suite.createOwner();
    const admin = await suite.addMember(owner.workspace, 'admin');
    const answer = await change(owner, 'pro', admin.session);
    expect([answer.status, answer.headers['x-required-action']]).toEqual([403, 'workspace.plan.update']);
  });
});

describe('409 when', () => {
  it('the workspace has more than the plan allows; every limit in the way is named', async () => {
    const owner = await suite.createOwner();
    await change(owner, 'business');
    await suite.addMember(owner.workspace, 'member');
    for (let n = 0; n < 3; n++) await mint(owner);
    const { status, body } = await change(owner, 'free');
    expect([status, body.error.details]).toEqual([
      409,
      [
        { field: 'plan', reason: 'members: free allows 1, and 2 are there' },
        { field: 'plan', reason: 'access_tokens: free allows 3, and 4 are there' },
      ],
    ]);
    expect((await change(owner, 'pro')).status).toBe(200);
  });
});

describe('400 when', () => {
  it('there is no such plan', async () => {
    expect((await change(await suite.createOwner(), 'galactic')).status).toBe(400);
  });
});
