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
const create = (body: object, auth = owner.session) =>
  suite.call('createPolicy', {
    auth,
    params: { ws: owner.workspace.id },
    body: { name: uniqueName('policy'), ...body },
  });

describe('201', () => {
  it('keeps the statements as version 1, warns of idle ones, and leaves its row', async () => {
    const statements = [allow(['workspace.*']), allow(['workspace.read'])];
    const name = uniqueName('auditors');
    const answer = await create({ name, description: 'Who reads the log', statements });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^pol_/),
      workspace_id: owner.workspace.id,
      name,
      description: 'Who reads the log',
      version: 1,
      statements,
      attached: { tokens: 0, roles: 0 },
      warnings: [{ statement: 1, kind: 'redundant', by: 0 }],
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      action: 'policy.created',
      required_action: 'workspace.policy.create',
      target: { type: 'policy', id: answer.body.id },
      changes: { before: null, after: { name, statements } },
    });
  });

  it('with a PAT within its own statements', async () => {
    const policy = [allow(['workspace.policy.create', 'workspace.audit.read'])];
    const { secret } = await suite.mint(owner, { policy });
    expect((await create({ statements: [allow(['workspace.audit.read'])] }, secret)).status).toBe(201);
    const wider = await create(
      { statements: [allow(['workspace.audit.read']), allow(['workspace.read'])] },
      secret,
    );
    expect([wider.status, wider.body.error.code]).toEqual([403, 'POLICY_TOO_WIDE']);
    expect(wider.body.error.details[0].field).toBe('statements[1]');
  });
});

describe('403 when', () => {
  it('it grants what the role of its author does not have: the statement is named', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const statements = [allow(['workspace.read']), allow(['workspace.delete'])];
    const { status, body } = await create({ statements }, admin.session);
    expect([status, body.error.code]).toEqual([403, 'POLICY_TOO_WIDE']);
    expect(body.error.details).toEqual([
      { field: 'statements[1]', reason: expect.stringContaining('workspace.delete') },
    ]);
  });
});

describe('409 when', () => {
  it('the name is taken, until the policy is deleted', async () => {
    const name = uniqueName('twice');
    const statements = [allow(['workspace.read'])];
    const first = await create({ name, statements });
    const second = await create({ name, statements });
    expect([second.status, second.body.error.details[0].field]).toEqual([409, 'name']);
    const params = { ws: owner.workspace.id, policy: first.body.id };
    expect((await suite.call('deletePolicy', { auth: owner.session, params })).status).toBe(204);
    expect((await create({ name, statements })).status).toBe(201);
  });
});

describe('400 when', () => {
  it.each<[string, object, string, string]>([
    [
      'an action is unknown',
      allow(['workspace.audit.reed']),
      'statements[0].actions[0]',
      'workspace.audit.read',
    ],
    [
      'an action has control characters',
      allow(['workspace.\u0007read']),
      'statements[0].actions[0]',
      'action',
    ],
    ['an action has NUL', allow(['workspace.\u0000read']), 'statements[0].actions[0]', 'NUL'],
    ['a URN is malformed', allow(['*'], ['pcft:x']), 'statements[0].resources[0]', 'URN'],
    ['an effect is unknown', { ...allow(['*']), effect: 'maybe' }, 'statements[0].effect', 'allow'],
  ])('%s, pointing at it', async (_, statement, field, reason) => {
    const { status, body } = await create({ statements: [statement] });
    expect(status).toBe(400);
    expect(body.error.details[0].field.replace(/\.(\d)/g, '[$1]')).toBe(field);
    expect(body.error.details[0].reason).toContain(reason);
  });

  it('it has 10,000 statements, or nests 1,000 deep', async () => {
    const many = Array.from({ length: 10_000 }, () => allow(['*']));
    const answer = await create({ statements: many });
    expect([answer.status, answer.body.error.details[0].field]).toEqual([400, 'statements']);
    for (const operation of ['createAccessToken', 'simulatePolicy'])
      expect(
        (
          await suite.call(operation, {
            auth: owner.session,
            params: { ws: owner.workspace.id },
            body: { name: 'x', action: 'a.b', resource: 'pcft:a:b/c', policy: many },
          })
        ).status,
      ).toBe(400);
    const deep = `{"name":"deep","statements":${'['.repeat(1000)}${']'.repeat(1000)}}`;
    const params = { ws: owner.workspace.id };
    const nested = await suite.call('createPolicy', { auth: owner.session, params, rawBody: deep });
    expect([nested.status, nested.body.error.details[0].reason]).toEqual([400, 'is nested too deeply']);
  });
});
