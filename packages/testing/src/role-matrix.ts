import { allOperations, authorizationOf, type Authorization, type Operation } from '@pcft/contracts';
import type { AccessLevel, Role } from '@pcft/policy';
import type { Answer, CallInput } from './call-operation.ts';
import { readFault } from './fault-envelope.ts';
import type { Suite } from './suite.ts';
import { idsOf, paramsFor, validCall, type World } from './world.ts';

/** One operation asked by one role. */
export interface MatrixCell {
  readonly operationId: string;
  readonly action: string;
  readonly access: AccessLevel;
  readonly role: Role;
  /** What the declaration says. */
  readonly declared: 'allowed' | 'denied';
  /** What the running service did. */
  readonly observed: 'allowed' | 'denied';
  readonly status: number;
  readonly code: string | null;
}

export const matrixRoles: readonly Role[] = ['owner', 'admin', 'member'];
export const accessLevels: readonly AccessLevel[] = ['list', 'read', 'write', 'delete', 'permissions'];
const rank: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

interface Person {
  readonly session: string;
  /** Allows `*` on `*`, minted while its account was an owner: only the role's cap can deny. */
  readonly pat: string;
}

/**
 * Asks every decided operation as every role, with a token whose policy allows everything, and says whether the service
 * did as the declaration says. Nothing is changed: bodies are of the wrong kind and what would delete has an unknown
 * query, both of which are looked at only once the call is allowed.
 */
export async function measureRoleMatrix(suite: Suite, world: World): Promise<MatrixCell[]> {
  const { workspace } = world.owner;
  const people = new Map<Role, Person>();
  for (const role of matrixRoles) {
    const account = await suite.addMember(workspace, 'owner');
    const { secret } = await suite.mint({ session: account.session, workspace });
    await suite.call('updateMember', {
      ...{ auth: world.owner.session, params: { ws: workspace.id, id: account.memberId }, body: { role } },
    });
    people.set(role, { session: account.session, pat: secret });
  }
  const cells: MatrixCell[] = [];
  for (const operation of allOperations) {
    const authorization = authorizationOf(operation);
    if (!authorization) continue;
    for (const [role, person] of people) {
      const answer = await ask(suite, world, operation, authorization, person);
      cells.push(cellOf(operation, authorization, role, answer));
    }
  }
  return cells;
}

function ask(
  suite: Suite,
  world: World,
  operation: Operation,
  authorization: Authorization,
  { session, pat }: Person,
): Promise<Answer> {
  // A pinned token does not speak for the account.
  const auth = authorization.workspace.from === 'account' ? session : pat;
  const valid: CallInput = {
    ...validCall(operation, world),
    ...{ auth, params: paramsFor(operation, idsOf(world)) },
  };
  if (operation.access.kind === 'handler') return suite.call(operation.operationId, valid);
  if (operation.body !== null)
    return suite.call(operation.operationId, { ...valid, body: undefined, rawBody: '[]' });
  if (operation.method === 'GET') return suite.call(operation.operationId, valid);
  return suite.call(operation.operationId, { ...valid, query: 'unknown=1' });
}

function cellOf(
  { operationId }: Operation,
  { action, access, lowestRole, workspace }: Authorization,
  role: Role,
  answer: Answer,
): MatrixCell {
  // Everybody owns the own account.
  const own = ['account', 'self'].includes(workspace.from);
  const isDenied = answer.status === 401 || answer.status === 403;
  return {
    ...{ operationId, action, access, role, status: answer.status },
    declared: own || rank[role] >= rank[lowestRole] ? 'allowed' : 'denied',
    observed: isDenied ? 'denied' : 'allowed',
    code: answer.status < 400 ? null : readFault(answer.dialect, answer.body).code,
  };
}

/**
 * The matrix as a table: `allowed/operations` by role and access level. Below it, by name, what each role is denied, and
 * every cell in which the service did not do as declared.
 */
export function roleMatrixTable(cells: readonly MatrixCell[]): string {
  const rows = matrixRoles.map((role) => [
    role,
    ...accessLevels.map((access) =>
      counts(cells.filter((cell) => cell.role === role && cell.access === access)),
    ),
    counts(cells.filter((cell) => cell.role === role)),
  ]);
  const table = [['role', ...accessLevels, 'all'], ...rows].map((row) =>
    row
      .map((text) => text.padEnd(12))
      .join('')
      .trimEnd(),
  );
  const denials = matrixRoles.map((role) => {
    const actions = cells
      .filter((cell) => cell.role === role && cell.observed === 'denied')
      .map(({ action }) => action);
    return `${role} is denied: ${actions.length === 0 ? 'nothing' : [...new Set(actions)].sort().join(', ')}`;
  });
  const wrong = roleMatrixFaults(cells);
  return [
    ...table,
    '',
    ...denials,
    '',
    wrong.length === 0
      ? `${String(cells.length)} calls, every one answered as declared`
      : [`${String(wrong.length)} of ${String(cells.length)} calls not as declared:`, ...wrong].join('\n'),
  ].join('\n');
}

/** Every cell in which the service did not do as its declaration says. */
export function roleMatrixFaults(cells: readonly MatrixCell[]): string[] {
  return cells
    .filter(({ declared, observed }) => declared !== observed)
    .map(
      ({ operationId, role, declared, status, code }) =>
        `! ${operationId} as ${role}: declared ${declared}, answered ${String(status)} ${code ?? ''}`,
    );
}

function counts(cells: readonly MatrixCell[]): string {
  return `${String(cells.filter(({ observed }) => observed === 'allowed').length)}/${String(cells.length)}`;
}
