import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
let logs: { action: string; resource: string };
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  logs = {
    action: 'workspace.audit.read',
    resource: `pcft:audit:workspace/${owner.workspace.id}/event/*`,
  };
});
afterAll(() => suite.close());

const simulate = (body: object, auth = owner.session) => suite.call('simulatePolicy', { auth, body });
const allow = (actions: string[], resources = ['*']) => ({ effect: 'allow', actions, resources });
const deny = (actions: string[], resources = ['*']) => ({ effect: 'deny', actions, resources });

describe('200', () => {
  it('decides a policy before it is granted, layer by layer, and grants nothing', async () => {
    const policy = [allow(['workspace.*']), deny(['workspace.audit.*'])];
    const { body } = await simulate({ policy, ...logs });
    expect(body).toMatchObject({
      allowed: false,
      workspace_id: owner.workspace.id,
      role: 'owner',
      token_status: null,
      deciding: { layer: 'policy', effect: 'deny', reason: 'explicit-deny', statement: 1 },
      warnings: [],
    });
    expect(body.layers.map(({ layer, effect }: Record<string, string>) => `${layer} ${effect}`)).toEqual([
      'pin allow',
      'role_cap allow',
      'service allow',
      'conditions allow',
      'policy deny',
    ]);
    const fine = await simulate({ policy: policy.slice(0, 1), ...logs });
    expect(fine.body).toMatchObject({ allowed: true, deciding: { reason: 'allowed', statement: 0 } });
  });

  it('warns of statements that decide nothing', async () => {
    const policy = [
      deny(['workspace.delete']),
      allow(['workspace.*']),
      allow(['workspace.read']),
      allow(['workspace.delete']),
    ];
    expect((await simulate({ policy, ...logs })).body.warnings).toEqual([
      {
        statement: 2,
        kind: 'redundant',
        by: 1,
        message: 'statement 2 says nothing that statement 1 does not say',
      },
      {
        statement: 3,
        kind: 'shadowed',
        by: 0,
        message: 'statement 3 allows only what statement 0 denies',
      },
    ]);
  });

  it('tries a managed policy, and names the statement of it that decides', async () => {
    const params = { ws: owner.workspace.id };
    const statements = [allow(['workspace.read']), allow(['workspace.audit.*'])];
    const created = await suite.call('createPolicy', {
      auth: owner.session,
      params,
      body: { name: 'tried', statements },
    });
    const policy_id = created.body.id as string;
    const { body } = await simulate({ policy_id, ...logs });
    expect(body).toMatchObject({
      allowed: true,
      workspace_id: owner.workspace.id,
      custom_role: null,
      deciding: { layer: 'policy', statement: 1 },
      source: { policy_id, version: 1, statement: 1 },
    });
    const both = await simulate({ policy_id, policy: statements, ...logs });
    expect([both.status, both.body.error.details[0].field]).toEqual([400, 'policy_id']);
    // Whoever may not read it is told nothing of it.
    const narrow = await suite.mint(owner, { policy: [allow(['workspace.read'])] });
    expect((await simulate({ policy_id, ...logs }, narrow.secret)).status).toBe(404);
  });

  it('says of a PAT what the service then says, by its conditions, and by another address and time', async () => {
    const conditions = { ip: ['192.0.2.0/24'], not_after: '2030-01-01T00:00:00Z' };
    const { id, secret } = await suite.mint(owner, { conditions });
    const read = await suite.call('listWorkspaceAuditLogs', {
      auth: secret,
      params: { ws: owner.workspace.id },
    });
    expect(read.status).toBe(403);
    const asked = { pat_id: id, ...logs };
    const decided = async (extra: object) => (await simulate({ ...asked, ...extra })).body.deciding;
    expect(await decided({})).toMatchObject({ layer: 'conditions', reason: 'ip' });
    expect(await decided({ ip: '192.0.2.7' })).toMatchObject({ layer: 'policy', effect: 'allow' });
    expect(await decided({ ip: '192.0.2.7', time: '2030-01-01T00:00:01Z' })).toMatchObject({
      layer: 'conditions',
      reason: 'not-after',
    });
  });

  it('goes by the role of the account at this moment, and by what is switched off', async () => {
    const person = await suite.addMember(owner.workspace, 'admin');
    const { id } = await suite.mint(
      { session: person.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    expect((await simulate({ pat_id: id, ...logs })).body).toMatchObject({ allowed: true, role: 'admin' });
    await suite.setRole(person, 'member');
    expect((await simulate({ pat_id: id, ...logs })).body).toMatchObject({
      allowed: false,
      role: 'member',
      deciding: { layer: 'role_cap', reason: 'role-too-low' },
    });
    const params = { ws: owner.workspace.id, service: 'heimdall' };
    const app = { action: 'heimdall.app.create', resource: 'pcft:heimdall:app/*' };
    await suite.call('updateService', { auth: owner.session, params, body: { enabled: false } });
    expect((await simulate({ policy: [allow(['*'])], ...app })).body.deciding.layer).toBe('service');
    await suite.call('updateService', { auth: owner.session, params, body: { enabled: true } });
    expect((await simulate({ policy: [allow(['*'])], ...app })).body.allowed).toBe(true);
  });

  it('tells a credential about itself, however narrow it is', async () => {
    const { id, secret } = await suite.mint(owner, { policy: [allow(['workspace.read'])] });
    for (const body of [logs, { pat_id: id, ...logs }]) {
      const answer = await simulate(body, secret);
      expect(answer.body).toMatchObject({ allowed: false, token_status: 'active' });
      expect(answer.body.deciding.reason).toBe('no-match');
    }
  });

  it('tells that a PAT is disabled, and what it could do otherwise', async () => {
    const { id } = await suite.mint(owner);
    const params = { ws: owner.workspace.id, id };
    await suite.call('updateAccessToken', { auth: owner.session, params, body: { status: 'disabled' } });
    const { body } = await simulate({ pat_id: id, ...logs });
    expect(body).toMatchObject({ allowed: true, token_status: 'disabled' });
  });

  it('sees the pin of a PAT in another workspace', async () => {
    const person = await suite.createOwner();
    await suite.setRole({ id: person.id, workspace: owner.workspace }, 'admin');
    const asked = { pat_id: person.patId, workspace_id: owner.workspace.id, ...logs };
    expect((await simulate(asked, person.session)).body.deciding).toMatchObject({
      layer: 'pin',
      reason: 'pinned-elsewhere',
    });
  });
});

describe('404 when', () => {
  it('the PAT is one that the caller could not read, is revoked, or the workspace is foreign', async () => {
    const stranger = await suite.createOwner();
    const member = await suite.addMember(owner.workspace, 'member');
    const narrow = await suite.mint(owner, { policy: [allow(['workspace.read'])] });
    const gone = await suite.mint(owner);
    await suite.revoke(owner, gone.id);
    for (const [body, auth] of [
      [{ pat_id: stranger.patId }, owner.session],
      [{ pat_id: owner.patId, workspace_id: owner.workspace.id }, member.session],
      [{ pat_id: owner.patId }, narrow.secret],
      [{ pat_id: gone.id }, owner.session],
      [{ workspace_id: stranger.workspace.id }, owner.session],
    ] as const)
      expect([body, (await simulate({ ...body, ...logs }, auth)).status]).toEqual([body, 404]);
  });
});

describe('400 when', () => {
  it.each<[string, object, string, string]>([
    [
      'an action is misspelt',
      { policy: [allow(['workspace.red'])] },
      'policy[0].actions[0]',
      'workspace.read',
    ],
    [
      'a URN is malformed',
      { policy: [allow(['*']), deny(['*'], ['pcft:x'])] },
      'policy[1].resources[0]',
      'URN',
    ],
    ['the action asked about is', { action: 'workspace.audit.reed' }, 'action', 'workspace.audit.read'],
    ['the action asked about is a pattern', { action: 'workspace.*' }, 'action', 'without *'],
    ['the resource asked about is', { resource: 'app_1' }, 'resource', 'URN'],
    ['the address is none', { ip: '1.2.3' }, 'ip', 'IP'],
    [
      'policy and PAT are both given',
      { policy: [allow(['*'])], pat_id: 'pat_0' + '0'.repeat(25) },
      'pat_id',
      'beside',
    ],
  ])('%s, pointing at it', async (_, body, field, reason) => {
    const answer = await simulate({ ...logs, ...body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details[0]).toEqual({ field, reason: expect.stringContaining(reason) });
  });

  it('the credential implies no workspace and none is named', async () => {
    const person = await suite.addMember(owner.workspace, 'member');
    const { status, body } = await simulate(logs, person.session);
    expect([status, body.error.code]).toEqual([400, 'WORKSPACE_REQUIRED']);
  });
});
