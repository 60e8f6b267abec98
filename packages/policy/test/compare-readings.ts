/**
 * Compares the engine with the independent readings on random cases, in a process of its own:
 * `node compare-readings.ts <cases> <seed> [mutant]`; prints one JSON line. `npm run guarantee -- 7` runs several.
 */
import {
  compileKind,
  compilePolicy,
  compileScopes,
  decide,
  evaluate,
  SCOPES,
  type AccessLevel,
  type ActionDeclaration,
  type Role,
  type Statement,
} from '../src/index.ts';
import { declare } from './catalogue.ts';
import { kindLevels, naiveDecision, rolesFrom, scopeMeans, type DecisionCase } from './naive-decision.ts';
import { naiveEvaluate } from './naive-evaluator.ts';
import { randomCase, seededRandom } from './random-cases.ts';

/** What one comparison found. `yes` is the number of cases that are allowed: all or none would prove little. */
interface Comparison {
  readonly name: string;
  readonly cases: number;
  readonly yes: number;
  readonly differ: number;
  /** The first that differed, as JSON. */
  readonly example: string | null;
}

/** Engines with one mistake each: a comparison that does not see them compares nothing. */
const mutants = ['first-match-wins', 'forgets-conditions', 'admin-is-owner'] as const;

const levels: readonly AccessLevel[] = ['list', 'read', 'write', 'delete', 'permissions'];
const roles: readonly Role[] = ['member', 'admin', 'owner'];
const areas = ['user', 'projects', 'members', 'subscription', 'api-keys', 'user:read', 'projects:write'];
const ranges = [
  '10.0.0.0/8',
  '10.1.2.3',
  '192.0.2.0/25',
  '0.0.0.0/0',
  '2001:db8::/33',
  '2001:db8::7',
  '::/0',
];
const addresses = [
  '10.1.2.3',
  '10.200.0.1',
  '192.0.2.127',
  '192.0.2.128',
  '2001:db8::7',
  '2001:db8:8000::1',
  '::ffff:10.1.2.3',
];
const times = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00.001Z', '2026-06-01T02:00:00+02:00'];

const [cases = 10_000, seed = 1] = process.argv.slice(2, 4).map(Number);
const mutant = mutants.find((name) => name === process.argv[4]);
if (process.argv[4] !== undefined && !mutant)
  throw new Error(`no mutant ${process.argv[4]}: ${mutants.join(', ')}`);
const random = seededRandom(seed);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const some = <T>(from: readonly T[], share: number): T[] => from.filter(() => random() < share);
const shareOfCases = Math.max(1, Math.floor(cases / 4));

const comparisons = [
  compare('statements', cases - 3 * shareOfCases, statementCase),
  compare('layers', shareOfCases, layerCase),
  compare('scopes', shareOfCases, scopeCase),
  compare('kinds', shareOfCases, kindCase),
];
process.stdout.write(`${JSON.stringify({ seed, comparisons })}\n`);

interface Compared {
  readonly engine: unknown;
  readonly naive: unknown;
  readonly yes: boolean;
  readonly asked: unknown;
}

function compare(name: string, count: number, make: () => Compared): Comparison {
  let [yes, differ] = [0, 0];
  let example: string | null = null;
  for (let i = 0; i < count; i++) {
    const compared = make();
    if (compared.yes) yes++;
    if (JSON.stringify(compared.engine) === JSON.stringify(compared.naive)) continue;
    differ++;
    example ??= JSON.stringify(compared);
  }
  return { name, cases: count, yes, differ, example };
}

/** Effect, reason and statement of one list of statements. */
function statementCase(): Compared {
  const { statements, action, resource } = randomCase(random);
  const engine = evaluate(compilePolicy(statements), action, resource);
  const naive = naiveEvaluate(statements, action, resource);
  const first = statements.findIndex((one) => naiveEvaluate([one], action, resource).statement !== null);
  const firstWins = { effect: statements[first]?.effect ?? 'deny', statement: first < 0 ? null : first };
  const seen = { effect: engine.effect, statement: engine.statement };
  return {
    engine: mutant === 'first-match-wins' ? firstWins : { ...seen, reason: engine.reason },
    naive:
      mutant === 'first-match-wins'
        ? { effect: naive.effect, statement: naive.statement }
        : { effect: naive.effect, statement: naive.statement, reason: naive.reason },
    yes: naive.effect === 'allow',
    asked: { statements, action, resource },
  };
}

/** All layers together: whether it is allowed, and which layer decides. */
function layerCase(): Compared {
  const { statements, action, resource } = randomCase(random);
  const all: Statement = { effect: 'allow', actions: ['*'], resources: ['*'] };
  // Every layer often allows all, or the AND of so many would hardly ever be a yes.
  const layer = () => (random() < 0.6 ? [all] : [...randomCase(random).statements, ...statements]);
  const asked: DecisionCase = {
    action,
    resource,
    lowestRole: pick(roles),
    service: pick(['platform', 'heimdall', 'audit']),
    policy: layer(),
    boundaries: random() < 0.4 ? [layer(), layer()].slice(Math.floor(random() * 2)) : [],
    role: random() < 0.1 ? null : pick(roles),
    rolePolicy: random() < 0.4 ? layer() : null,
    pinned: random() < 0.1,
    enabledServices: some(['heimdall', 'audit'], 0.8),
    conditions: random() < 0.5 ? null : randomConditions(),
    clientIp: pick(addresses),
    now: new Date(Date.parse(pick(times)) + pick([-1, 0, 1])),
  };
  const decision = decide({
    ...asked,
    ...(mutant === 'forgets-conditions' && { conditions: null }),
    policy: compilePolicy(asked.policy),
    boundaries: asked.boundaries.map(compilePolicy),
    rolePolicy: asked.rolePolicy && compilePolicy(asked.rolePolicy),
  });
  const naive = naiveDecision(asked);
  return {
    engine: decision.allowed ? 'allowed' : decision.deciding.layer,
    naive,
    yes: naive === 'allowed',
    asked,
  };
}

function randomConditions() {
  const ip = some(ranges, 0.4);
  return {
    ...(ip.length > 0 && { ip }),
    ...(random() < 0.3 && { not_before: pick(times) }),
    ...(random() < 0.3 && { not_after: pick(times) }),
  };
}

interface Shorthand {
  readonly catalogue: readonly ActionDeclaration[];
  readonly entry: ActionDeclaration;
  readonly role: Role;
}

/** A few actions, one of which is asked about. */
function shorthand(): Shorthand {
  const catalogue = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) =>
    declare(`area.a${String(index)}`, pick(levels), pick(roles), some(areas, 0.25)),
  );
  return { catalogue, entry: pick(catalogue), role: pick(roles) };
}

/** Whether the compiled statements allow the action, against what the words mean. */
function compiled(
  compile: (role: Role) => Statement[],
  { entry, role, catalogue }: Shorthand,
  isMeant: boolean,
  asked: object,
): Compared {
  const statements = compile(mutant === 'admin-is-owner' && role === 'admin' ? 'owner' : role);
  const naive = isMeant && rolesFrom(entry.lowestRole).includes(role);
  const engine = evaluate(compilePolicy(statements), entry.action, 'pcft:test:thing/x').effect === 'allow';
  return { engine, naive, yes: naive, asked: { ...asked, entry, role, catalogue } };
}

function scopeCase(): Compared {
  const given = shorthand();
  const { entry, catalogue } = given;
  const scopes = some(SCOPES, 0.2);
  const isMeant = scopes.some((scope) => scopeMeans(scope, entry.access, entry.scopes));
  return compiled((role) => compileScopes(scopes, { role, catalogue }), given, isMeant, { scopes });
}

function kindCase(): Compared {
  const given = shorthand();
  const { entry, catalogue } = given;
  const kind = pick(['full', 'read-only', 'read-write', 'custom'] as const);
  if (kind !== 'custom') {
    const isMeant = kindLevels[kind].split(' ').includes(entry.access);
    return compiled((role) => compileKind({ kind }, { role, catalogue }), given, isMeant, { kind });
  }
  const access = some(levels, 0.5);
  const resources = pick([['*'], ['pcft:test:thing/x'], ['pcft:test:thing/xy'], ['pcft:test:thing/*']]);
  const isMeant = access.includes(entry.access) && resources[0] !== 'pcft:test:thing/xy';
  return compiled((role) => compileKind({ kind, resources, access }, { role, catalogue }), given, isMeant, {
    access,
    resources,
  });
}
