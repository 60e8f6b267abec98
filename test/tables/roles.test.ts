import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizationOf, type Operation } from '@pcft/contracts';
import type { Role } from '@pcft/policy';
import {
  connectSuite,
  createWorld,
  idsOf,
  paramsFor,
  readFault,
  validCall,
  type Account,
  type Answer,
  type CallInput,
  type Suite,
  type WorkspaceRef,
  type World,
} from '@pcft/testing';
import { answersByTheMoment, codeOf, decidedOperations, outcome } from './operations.ts';

let suite: Suite;
let world: World;
const people: Record<string, Person> = {};
const pats: Record<string, string> = {};

const rank: Record<Role, number> = { member: 0, admin: 1, owner: 2 };
const roles: readonly Role[] = ['owner', 'admin', 'member'];

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  const { workspace } = world.owner;
  people['owner'] = world.owner;
  people['admin'] = await suite.addMember(workspace, 'admin');
  people['member'] = await suite.addMember(workspace, 'member');
  people['none'] = await suite.createAccount();
  for (const role of roles) {
    const person = people[role] as Person;
    // `full` is all that the creator's role has, whatever that is.
    pats[role] = (await suite.mint({ session: person.session, workspace }, { kind: 'full' })).secret;
  }
});
afterAll(() => suite.close());

type Person = Account & { readonly workspace: WorkspaceRef };

const onAccount = (operation: Operation) => authorizationOf(operation)?.workspace.from === 'account';

/** Ids of the world; where an operation is about the own account, the PAT is one of its own. */
async function idsFor(operation: Operation, person: Person): Promise<Record<string, string>> {
  const ids = { ...idsOf(world) };
  const own = onAccount(operation) && Object.keys(operation.params.properties).length > 0;
  return own ? { ...ids, pat: (await suite.mint(person, { kind: 'read-only' })).id } : ids;
}

/**
 * A call that would succeed for whoever is allowed. Bodies are arrays, and what would delete has an unknown query:
 * refused with 400 by the last check, so an allowed call changes nothing.
 */
async function attempt(operation: Operation, auth: string, person: Person): Promise<Answer> {
  const valid = validCall(operation, world);
  const input: CallInput = { ...valid, auth, params: paramsFor(operation, await idsFor(operation, person)) };
  if (isSpoilt(operation)) return suite.call(operation.operationId, { ...input, query: 'unknown=1' });
  const probe = operation.body !== null && operation.access.kind === 'policy';
  return suite.call(operation.operationId, { ...input, ...(probe && { body: undefined, rawBody: '[]' }) });
}

/** Whose call is refused last, by an unknown query: it would delete what others need, or be answered by the moment. */
const isSpoilt = ({ method, access, operationId }: Operation) =>
  (method === 'DELETE' && access.kind === 'policy') || answersByTheMoment.has(operationId);

function expectAllowed(answer: Answer): void {
  const { operation } = answer;
  const probed = isSpoilt(operation) || (operation.body !== null && operation.access.kind === 'policy');
  expect([answer.status, answer.text]).toEqual([probed ? 400 : answer.operation.success.status, answer.text]);
}

function expectRoleDenied(answer: Answer, action: string): void {
  expect(outcome(answer)).toEqual({ status: 403, code: codeOf('role-denied', answer) });
  expect(answer.headers['x-required-action']).toBe(action);
  expect(readFault(answer.dialect, answer.body).details[0]).toEqual({
    field: 'policy',
    reason: expect.stringMatching(/role|no-match/),
  });
}

describe.each(decidedOperations)('%s', (_, operation) => {
  const authorization = authorizationOf(operation);
  if (!authorization) throw new Error('only decided operations stand in this table');
  const { action, lowestRole, workspace } = authorization;
  // An account is its own owner, and lists over all workspaces include the default one, which everybody owns.
  const everybody = ['account', 'self', 'span'].includes(workspace.from);

  it.each(roles)('as %s, signed in', async (role) => {
    const answer = await attempt(operation, people[role]?.session ?? '', people[role] as Person);
    // A body that is no object names no workspace, and these accounts have two.
    if (workspace.from === 'implied') {
      expect(outcome(answer)).toEqual({
        status: 400,
        code: codeOf(role === 'owner' ? 'validation' : 'workspace-required', answer),
      });
    } else if (everybody || rank[role] >= rank[lowestRole]) {
      expectSeen(operation, role, answer);
    } else {
      expectRoleDenied(answer, action);
    }
  });

  it.each(roles)('as %s, with a PAT of all that the role has', async (role) => {
    const answer = await attempt(operation, pats[role] ?? '', people[role] as Person);
    if (workspace.from === 'account')
      expect(answer.status).toBe(403); // pinned
    else if (rank[role] >= rank[lowestRole]) expectSeen(operation, role, answer);
    else {
      expect(answer.status).toBe(403);
      expect(answer.headers['x-required-action']).toBe(action);
    }
  });

  it('as a stranger', async () => {
    const answer = await attempt(operation, people['none']?.session ?? '', people['none'] as Person);
    if (everybody || workspace.from === 'implied') expectAllowed(answer);
    else if (operation.dialect === 'quickstart')
      expect(outcome(answer)).toEqual({ status: 403, code: codeOf('not-a-member', answer) });
    else if (operation.access.kind === 'policy')
      expect(outcome(answer)).toEqual({ status: 404, code: codeOf('not-found', answer) });
    else expect(answer.body.allowed ?? false).toBe(false);
  });
});

/** Others' PATs are hidden from members and cannot be renamed by admins; the policy has let both through. */
function expectSeen(operation: Operation, role: Role, answer: Answer): void {
  const othersPat = /\/api-keys\/:id(\/usage)?$/.test(operation.path) && operation.service === 'platform';
  if (othersPat && role === 'member' && operation.method === 'GET') expect(answer.status).toBe(404);
  else expectAllowed(answer);
}

describe('a change of role', () => {
  it('narrows PATs that exist, at once', async () => {
    const { workspace } = world.owner;
    const admin = await suite.addMember(workspace, 'admin');
    const { secret } = await suite.mint({ session: admin.session, workspace }, { kind: 'full' });
    const list = () => suite.call('listWorkspaceAuditLogs', { auth: secret, params: { ws: workspace.id } });
    expect((await list()).status).toBe(200);
    await suite.setRole(admin, 'member');
    // Only the database was told, so services learn of it with the next renewal of their lease.
    const deadline = performance.now() + 1100;
    let answer = await list();
    while (answer.status === 200 && performance.now() < deadline) answer = await list();
    expectRoleDenied(answer, 'workspace.audit.read');
  });
});
