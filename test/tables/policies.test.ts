import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizationOf } from '@pcft/contracts';
import {
  connectSuite,
  createWorld,
  readFault,
  validCall,
  type Answer,
  type Suite,
  type World,
} from '@pcft/testing';
import { answersByTheMoment, codeOf, decidedOperations, outcome } from './operations.ts';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

/** What every denial tells a member: the action that was needed, and which layer said no. */
function expectExplained(answer: Answer, action: string, layer: string): void {
  const { details } = readFault(answer.dialect, answer.body);
  expect(details).toEqual([{ field: 'policy', reason: expect.stringContaining(action) }]);
  expect(details[0]?.reason).toContain(layer);
  expect(answer.headers['x-required-action']).toBe(action);
}

describe.each(decidedOperations)('%s: 403', (operationId, operation) => {
  const authorization = authorizationOf(operation);
  if (!authorization) throw new Error('only decided operations stand in this table');
  const { action, workspace } = authorization;
  // A pinned PAT never speaks for the account: there the pin decides, not the policy.
  const onAccount = workspace.from === 'account';
  const other = action === 'workspace.audit.read' ? 'workspace.member.list' : 'workspace.audit.read';

  const callWith = async (policy: unknown[], raw = false) => {
    const { secret } = await suite.mint(world.owner, { policy });
    const valid = validCall(operation, world);
    return suite.call(operationId, {
      ...valid,
      auth: secret,
      ...(raw &&
        operation.body !== null &&
        operation.access.kind === 'policy' && { body: undefined, rawBody: '{' }),
    });
  };

  it('when the policy does not name the action', async () => {
    const answer = await callWith([{ effect: 'allow', actions: [other], resources: ['*'] }]);
    const fault = onAccount ? 'pinned-elsewhere' : 'policy-denied';
    expect(outcome(answer)).toEqual({ status: 403, code: codeOf(fault, answer) });
    if (!onAccount) expectExplained(answer, action, 'policy');
  });

  it('when a statement denies the action, whatever others allow', async () => {
    const answer = await callWith([
      { effect: 'allow', actions: ['*'], resources: ['*'] },
      { effect: 'deny', actions: [action], resources: ['*'] },
    ]);
    expect(answer.status).toBe(403);
    if (!onAccount) expectExplained(answer, action, 'statement 1');
  });

  it('when the statement is bound to another resource', async () => {
    const answer = await callWith([
      {
        effect: 'allow',
        actions: ['*'],
        resources: ['pcft:heimdall:app/app_00000000000000000000000000/user/usr_x'],
      },
    ]);
    expect(answer.status).toBe(403);
    if (!onAccount) expectExplained(answer, action, 'no-match');
  });

  it('before the body is looked at', async () => {
    const answer = await callWith([{ effect: 'deny', actions: ['*'], resources: ['*'] }], true);
    expect(answer.status).toBe(403);
  });

  it('when the conditions of the PAT are not met', async () => {
    const { secret } = await suite.mint(world.owner, { conditions: { ip: ['203.0.113.0/24'] } });
    const answer = await suite.call(operationId, { ...validCall(operation, world), auth: secret });
    expect(answer.status).toBe(403);
    if (!onAccount) expectExplained(answer, action, 'conditions');
  });
});

describe.each(decidedOperations)('%s: allowed', (operationId, operation) => {
  const authorization = authorizationOf(operation);
  if (authorization?.workspace.from === 'account') return;

  it('by a statement that names exactly this action', async () => {
    const { secret } = await suite.mint(world.owner, {
      policy: [{ effect: 'allow', actions: [authorization?.action], resources: ['*'] }],
    });
    // A body that is no object is refused last, so that nothing is done and the policy has had its say.
    const shape =
      operation.body !== null && operation.access.kind === 'policy' ? { body: undefined, rawBody: '[]' } : {};
    if (operation.method === 'DELETE') return; // what it deletes others need; see roles.test.ts
    const spoilt = answersByTheMoment.has(operationId) ? { query: 'unknown=1' } : shape;
    const answer = await suite.call(operationId, { ...validCall(operation, world), auth: secret, ...spoilt });
    expect(answer.status).toBe('body' in shape || 'query' in spoilt ? 400 : operation.success.status);
  });
});
