import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const create = (body: object, auth = owner.session, ws = owner.workspace.id) =>
  suite.call('createAccessToken', { auth, params: { ws }, body: { name: 'ci', ...body } });
const allow = (actions: string[], resources = ['*']) => ({ effect: 'allow', actions, resources });

describe('201', () => {
  it('shows the secret of seed 000 once, and stores only its digest', async () => {
    const policy = [allow(['workspace.audit.read', 'workspace.member.list'])];
    const answer = await create({ policy });
    const { secret, ...token } = answer.body;
    expect(answer.status).toBe(201);
    expect(secret).toMatch(/^pcft_live_[0-9A-Za-z]{36}$/);
    expect(token).toMatchObject({
      name: 'ci',
      status: 'active',
      policy,
      workspace_id: owner.workspace.id,
      account_id: owner.id,
      parent_id: null,
      token_prefix: 'pcft_live_',
      last_four: secret.slice(-4),
      expires_at: null,
    });
    expect((await suite.call('introspect', { auth: secret })).body).toMatchObject({ policy });
    const { rows } = await suite
      .database('platform')
      .query<{ row: string }>('SELECT access_token::text AS row FROM access_token WHERE id = $1', [token.id]);
    expect(rows[0]?.row).not.toContain(secret.slice(10, 40));
    const row = await auditRowOf(suite, answer);
    expect(row).toMatchObject({
      action: 'access-token.created',
      required_action: 'workspace.api-key.create',
      log: owner.workspace.id,
      target: { type: 'access-token', id: token.id },
      metadata: { name: 'ci' },
    });
    expect(JSON.stringify(row)).not.toContain(secret.slice(10));
  });

  it('compiles kinds and scopes, and says what they became', async () => {
    const kind = await create({ kind: 'read-only' });
    expect(kind.body).toMatchObject({ kind: 'read-only', scopes: null });
    expect(kind.body.policy[0].actions).toContain('workspace.audit.read');
    expect(kind.body.policy[0].actions).not.toContain('workspace.api-key.create');
    const scopes = await create({ scopes: ['members:read', 'api-keys:write'] });
    expect(scopes.body).toMatchObject({ kind: null, scopes: ['members:read', 'api-keys:write'] });
    expect(scopes.body.policy[0]).toEqual(allow(['workspace.invite.list', 'workspace.member.list']));
    expect(scopes.body.policy[1].actions).toContain('workspace.api-key.create');
  });

  it('caps kinds by the role of a member, down to nothing', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { body } = await create({ kind: 'full' }, member.session);
    expect(body.policy[0].actions).not.toContain('heimdall.app.create');
    expect((await create({ scopes: ['subscription:write'] }, member.session)).body.policy).toEqual([]);
  });

  it('ends by itself when it was made to', async () => {
    const { body } = await create({ kind: 'full', expires_in: 60 });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(60_000);
    await suite
      .database('platform')
      .query(`UPDATE access_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [body.id]);
    expect((await suite.call('introspect', { auth: body.secret })).status).toBe(401);
  });

  it('keeps to its conditions', async () => {
    const elsewhere = await create({ kind: 'full', conditions: { ip: ['192.0.2.0/24'] } });
    const params = { ws: owner.workspace.id };
    const refused = await suite.call('getWorkspace', { auth: elsewhere.body.secret, params });
    expect([refused.status, refused.body.error.details[0].reason]).toEqual([
      403,
      expect.stringContaining('ip'),
    ]);
    const here = await create({ kind: 'full', conditions: { ip: ['127.0.0.0/8', '::1'] } });
    expect((await suite.call('getWorkspace', { auth: here.body.secret, params })).status).toBe(200);
  });
});

describe('201 for a child of a PAT', () => {
  it('narrows, carries the denials over and never outlives its parent', async () => {
    const parent = await create({
      policy: [allow(['workspace.*']), { effect: 'deny', actions: ['workspace.create'], resources: ['*'] }],
      expires_in: 600,
    });
    const child = await create(
      { policy: [allow(['workspace.member.list'])], expires_in: 6_000 },
      parent.body.secret,
    );
    expect(child.body).toMatchObject({
      parent_id: parent.body.id,
      policy: [
        allow(['workspace.member.list']),
        { effect: 'deny', actions: ['workspace.create'], resources: ['*'] },
      ],
      expires_at: parent.body.expires_at,
    });
  });

  it('dies with its parent in every service', async () => {
    const parent = await suite.mint(owner);
    const child = await suite.mint({ session: parent.secret, workspace: owner.workspace });
    const logs = () =>
      suite.call('listWorkspaceAuditLogs', { auth: child.secret, params: { ws: owner.workspace.id } });
    expect((await logs()).status).toBe(200);
    await suite.revoke(owner, parent.id);
    expect((await logs()).status).toBe(401);
    expect((await suite.call('introspect', { auth: child.secret })).status).toBe(401);
  });
});

describe('400 when', () => {
  it.each([
    ['none of policy, kind and scopes is given', {}, 'policy'],
    ['two of them are given', { kind: 'full', scopes: ['read'] }, 'policy'],
    ['an action is misspelt', { policy: [allow(['workspace.red'])] }, 'policy[0].actions[0]'],
    ['a URN is malformed', { policy: [allow(['*'], ['pcft:x'])] }, 'policy[0].resources[0]'],
    ['a scope is unknown', { scopes: ['everything'] }, 'scopes[0]'],
    ['a range is none', { kind: 'full', conditions: { ip: ['1.2.3.400'] } }, 'conditions.ip[0]'],
    ['it would end before it begins', { kind: 'full', expires_in: 0 }, 'expires_in'],
    ['the kind is unknown', { kind: 'everything' }, 'kind'],
  ])('%s', async (_name, body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, field]);
  });

  it('points at the very action', async () => {
    const policy = [allow(['*']), allow(['*']), allow(['workspace.read', 'workspace.reed'])];
    const { body } = await create({ policy });
    expect(body.error.details).toEqual([
      { field: 'policy[2].actions[1]', reason: expect.stringContaining('did you mean workspace.read?') },
    ]);
  });
});

describe('403 when', () => {
  it('a member grants what the role does not have: with the statement that is too wide', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const policy = [allow(['workspace.member.list']), allow(['workspace.audit.read'])];
    const { status, body } = await create({ policy }, member.session);
    expect([status, body.error.code, body.error.details]).toEqual([
      403,
      'POLICY_TOO_WIDE',
      [
        {
          field: 'policy[1]',
          reason: 'grants workspace.audit.read, which needs the role admin; yours is member',
        },
      ],
    ]);
  });

  it('an admin may grant all that admins have', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    expect((await create({ policy: [allow(['heimdall.*'])] }, admin.session)).status).toBe(201);
  });

  it('an admin would grant what only owners have, however it is written', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    for (const pattern of ['*', 'workspace.*', 'workspace.delete', '*.delete']) {
      const { status, body } = await create(
        { policy: [allow(['workspace.read']), allow([pattern])] },
        admin.session,
      );
      expect([status, body.error.code, body.error.details]).toEqual([
        403,
        'POLICY_TOO_WIDE',
        [
          {
            field: 'policy[1]',
            reason: 'grants workspace.delete, which needs the role owner; yours is admin',
          },
        ],
      ]);
    }
    const owners = ['workspace.delete', 'workspace.plan.update'];
    const without = { effect: 'deny', actions: owners, resources: ['*'] };
    expect((await create({ policy: [allow(['*']), without] }, admin.session)).status).toBe(201);
    expect((await create({ policy: [allow(['*'])] })).status).toBe(201);
    const { policy } = (await create({ kind: 'full' }, admin.session)).body;
    expect(policy[0].actions).not.toContain('workspace.delete');
  });

  it('a PAT mints one that is wider than itself', async () => {
    const parent = await create({ policy: [allow(['workspace.api-key.*', 'workspace.read'])] });
    const { status, body } = await create({ policy: [allow(['workspace.*'])] }, parent.body.secret);
    expect([status, body.error.code, body.error.details[0].field]).toEqual([
      403,
      'POLICY_TOO_WIDE',
      'policy[0].actions[0]',
    ]);
  });

  it('a PAT would let its child be used from elsewhere', async () => {
    const parent = await create({ kind: 'full', conditions: { ip: ['127.0.0.0/8'] } });
    const asked = { kind: 'full', conditions: { ip: ['127.0.0.1', '10.0.0.1'] } };
    const { status, body } = await create(asked, parent.body.secret);
    expect([status, body.error.details[0].field]).toEqual([403, 'conditions.ip[1]']);
    expect((await create({ kind: 'full' }, parent.body.secret)).body.conditions).toEqual({
      ip: ['127.0.0.0/8'],
    });
  });
});
