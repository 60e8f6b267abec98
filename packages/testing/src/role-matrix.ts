import { allOperations, authorizationOf, type Authorization, type Operation } from '@pcft/contracts';
import type { AccessLevel, Role, Statement } from '@pcft/policy';
import type { Answer, CallInput } from './call-operation.ts';
import { readFault } from './fault-envelope.ts';
import { readStatements } from './read-statements.ts';
import type { Suite } from './suite.ts';
import { uniqueName } from './accounts.ts';
import { idsOf, paramsFor, validCall, type World } from './world.ts';

/** One operation asked by one role. */
export interface MatrixCell {
  readonly operationId: string;
  readonly action: string;
  readonly access: AccessLevel;
  /** Name of a `MatrixRole`. */
  readonly role: string;
  /** What the declaration says, and for a custom role a reading of its statements that is not the engine's. */
  readonly declared: 'allowed' | 'denied';
  /** What the running service did. */
  readonly observed: 'allowed' | 'denied';
  readonly status: number;
  readonly code: string | null;
}

/** A role that is asked about: a column of what the product calls the role matrix. */
export interface MatrixRole {
  readonly name: string;
  readonly base: Role;
  /** What a custom role cuts its base to; `null`: a built-in role. */
  readonly statements: readonly Statement[] | null;
}

export const builtInMatrixRoles: readonly MatrixRole[] = (['owner', 'admin', 'member'] as const).map(
  (role) => ({ name: role, base: role, statements: null }),
);

/** The built-in roles, and one custom role on each base that can have one. */
export function matrixRoles({ owner, app }: Pick<World, 'owner' | 'app'>): MatrixRole[] {
  const ws = owner.workspace.id;
  return [
    ...builtInMatrixRoles,
    {
      name: 'admin, cut',
      base: 'admin',
      statements: [
        { effect: 'allow', actions: ['workspace.*', 'projects.*'], resources: ['*'] },
        // This app and all below it, but not the collection of apps.
        { effect: 'allow', actions: ['heimdall.*'], resources: [`pcft:heimdall:app/${app.id}`] },
        { effect: 'deny', actions: ['*.delete', 'workspace.settings.*'], resources: ['*'] },
        { effect: 'deny', actions: ['*'], resources: [`pcft:platform:workspace/${ws}/member/*`] },
      ],
    },
    {
      name: 'member, cut',
      base: 'member',
      statements: [
        // Far beyond what its base has.
        { effect: 'allow', actions: ['*.list', '*.read', 'heimdall.*'], resources: ['*'] },
        { effect: 'allow', actions: ['projects.project.*'], resources: ['pcft:projects:project/*'] },
        { effect: 'deny', actions: ['workspace.policy.*'], resources: [`pcft:platform:workspace/${ws}`] },
      ],
    },
  ];
}

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
  const people = new Map<MatrixRole, Person>();
  for (const role of matrixRoles(world)) {
    const account = await suite.addMember(workspace, 'owner');
    const { secret } = await suite.mint({ session: account.session, workspace });
    const given = await suite.call('updateMember', {
      auth: world.owner.session,
      params: { ws: workspace.id, id: account.memberId },
      body: { role: await referenceTo(suite, world, role) },
    });
    if (given.status !== 200) throw new Error(`${role.name} was not given: ${given.text}`);
    people.set(role, { session: account.session, pat: secret });
  }
  const cells: MatrixCell[] = [];
  for (const operation of allOperations) {
    const authorization = authorizationOf(operation);
    if (!authorization) continue;
    for (const [role, person] of people) {
      const answer = await ask(suite, world, operation, authorization, person);
      cells.push(
        cellOf(operation, authorization, role, {
          answer,
          resource: resourceOf(operation, authorization, world),
        }),
      );
    }
  }
  return cells;
}

/** What `updateMember` takes for it. */
async function referenceTo(suite: Suite, { owner }: World, role: MatrixRole): Promise<string> {
  if (role.statements === null) return role.base;
  const { session: auth, workspace } = owner;
  const body = { name: uniqueName('cut'), base: role.base, statements: role.statements };
  const made = await suite.call('createWorkspaceRole', { auth, params: { ws: workspace.id }, body });
  if (made.status !== 201) throw new Error(`${role.name} was not made: ${made.text}`);
  return made.body.id as string;
}

/** The resource that the call is about, by the declared template; the statements above look no deeper than ids. */
function resourceOf(operation: Operation, { resource }: Authorization, world: World): string {
  const params: Readonly<Record<string, string>> = paramsFor(operation, idsOf(world));
  const known: Readonly<Record<string, string>> = { workspace: world.owner.workspace.id, app: world.app.id };
  return resource.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? params[name] ?? 'unknown');
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
  role: MatrixRole,
  { answer, resource }: { readonly answer: Answer; readonly resource: string },
): MatrixCell {
  // Everybody owns the own account.
  const own = ['account', 'self'].includes(workspace.from);
  const reaches = rank[role.base] >= rank[lowestRole];
  const within = role.statements === null || readStatements(role.statements, action, resource);
  const isDenied = answer.status === 401 || answer.status === 403;
  return {
    ...{ operationId, action, access, role: role.name, status: answer.status },
    declared: own || (reaches && within) ? 'allowed' : 'denied',
    observed: isDenied ? 'denied' : 'allowed',
    code: answer.status < 400 ? null : readFault(answer.dialect, answer.body).code,
  };
}

/**
 * The matrix as a table: `allowed/operations` by role and access level. Below it, by name, what each role is denied, and
 * every cell in which the service did not do as declared.
 */
export function roleMatrixTable(cells: readonly MatrixCell[]): string {
  const roles = [...new Set(cells.map(({ role }) => role))];
  const rows = roles.map((role) => [
    role,
    ...accessLevels.map((access) =>
      counts(cells.filter((cell) => cell.role === role && cell.access === access)),
    ),
    counts(cells.filter((cell) => cell.role === role)),
  ]);
  const table = [['role', ...accessLevels, 'all'], ...rows].map((row) =>
    row
      .map((text) => text.padEnd(13))
      .join('')
      .trimEnd(),
  );
  const deniedTo = (role: string) =>
    new Set(
      cells.filter((cell) => cell.role === role && cell.observed === 'denied').map(({ action }) => action),
    );
  const denials = roles.map((role) => {
    // A custom role is called after its base.
    const [base = role, cut] = role.split(', ');
    const ofBase = cut === undefined ? new Set<string>() : deniedTo(base);
    const actions = [...deniedTo(role)].filter((action) => !ofBase.has(action)).sort();
    const more = cut === undefined ? 'is denied' : `is denied beyond ${base}`;
    return `${role} ${more}: ${actions.length === 0 ? 'nothing' : actions.join(', ')}`;
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
