import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveEvaluate } from '../test/naive-evaluator.ts';
import { randomCase, seededRandom, type PolicyCase } from '../test/random-cases.ts';
import { compilePolicy, evaluate, PolicySyntaxError, type Statement } from './index.ts';

type Evaluator = (statements: readonly Statement[], action: string, resource: string) => unknown;
const engine: Evaluator = (statements, action, resource) =>
  evaluate(compilePolicy(statements), action, resource);

/** The first of `count` random cases on which the evaluator and the naive one differ, or null. */
function findDisagreement(evaluator: Evaluator, count: number, seed: number): PolicyCase | null {
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    const { statements, action, resource } = randomCase(random);
    const expected = naiveEvaluate(statements, action, resource);
    if (JSON.stringify(evaluator(statements, action, resource)) !== JSON.stringify(expected))
      return { statements, action, resource };
  }
  return null;
}

const seed = Number(process.env['POLICY_SEED'] ?? Date.now() % 2 ** 31);
const cases = Number(process.env['POLICY_CASES'] ?? 20_000);

describe('the engine against an independent reading of the rules', () => {
  it(`agrees on ${cases} random cases`, () => {
    process.stdout.write(`policy: ${cases} random cases, POLICY_SEED=${seed}\n`);
    expect(findDisagreement(engine, cases, seed)).toBeNull();
  });

  it('agrees on whatever fast-check finds, and shrinks what it does not', () => {
    const anyCase = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((n) => randomCase(seededRandom(n)));
    fc.assert(
      fc.property(anyCase, ({ statements, action, resource }) => {
        expect(engine(statements, action, resource)).toEqual(naiveEvaluate(statements, action, resource));
      }),
      { numRuns: 1000, seed },
    );
  });

  it('meets every kind of answer often enough to mean something', () => {
    const random = seededRandom(1);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 20_000; i++) {
      const { statements, action, resource } = randomCase(random);
      const { reason } = naiveEvaluate(statements, action, resource);
      seen[reason] = (seen[reason] ?? 0) + 1;
    }
    for (const reason of ['allowed', 'explicit-deny', 'no-match']) expect(seen[reason]).toBeGreaterThan(500);
  });

  // What a wrong engine would do, each as a rewriting of the policy or of the question.
  const mutants: Record<string, Evaluator> = {
    'the first statement decides, not the deny': (statements, action, resource) => {
      const first = statements.find((s) => naiveEvaluate([s], action, resource).statement !== null);
      return naiveEvaluate(first ? [first] : [], action, resource);
    },
    'denies are ignored': (statements, action, resource) =>
      engine(
        statements.map((s) => (s.effect === 'deny' ? { ...s, actions: [] } : s)),
        action,
        resource,
      ),
    'a URN covers only itself': (statements, action, resource) =>
      engine(
        statements.map((s) => ({
          ...s,
          resources: s.resources.filter(
            (r) => r === '*' || r.split('/').length === resource.split('/').length,
          ),
        })),
        action,
        resource,
      ),
    'a URN covers what merely begins like it': (statements, action, resource) =>
      engine(
        statements.map((s) => ({
          ...s,
          resources: s.resources.map((r) => (r !== '*' && resource.startsWith(r) ? '*' : r)),
        })),
        action,
        resource,
      ),
    'a leading * of an action may stand for nothing': (statements, action, resource) =>
      engine(
        statements.map((s) => ({ ...s, actions: s.actions.map((a) => (a === `*.${action}` ? action : a)) })),
        action,
        resource,
      ),
    'a single app speaks for the collection': (statements, action, resource) =>
      engine(
        statements.map((s) => ({
          ...s,
          resources: s.resources.map((r) => (resource.endsWith('/*') ? r.replace(/[^/]+$/, '*') : r)),
        })),
        action,
        resource,
      ),
  };
  it.each(Object.entries(mutants))('rejects an engine in which %s', (_, mutant) => {
    expect(findDisagreement(mutant, 20_000, seed)).not.toBeNull();
  });
});

const allow = (actions: string[], resources: string[]): Statement => ({
  effect: 'allow',
  actions,
  resources,
});
const deny = (actions: string[], resources: string[]): Statement => ({ effect: 'deny', actions, resources });
const APP = 'pcft:heimdall:app/app_1';

describe('evaluate', () => {
  it('names the lowest statement that decided', () => {
    const policy = compilePolicy([
      allow(['heimdall.user.list'], [APP]),
      allow(['heimdall.app.read'], ['*']),
      allow(['*'], [APP]),
      deny(['heimdall.*.delete'], ['pcft:heimdall:app/*']),
      deny(['*'], ['pcft:heimdall:app/app_2']),
    ]);
    expect(evaluate(policy, 'heimdall.app.read', APP)).toEqual({
      effect: 'allow',
      reason: 'allowed',
      statement: 1,
    });
    expect(evaluate(policy, 'heimdall.app.delete', APP)).toEqual({
      effect: 'deny',
      reason: 'explicit-deny',
      statement: 3,
    });
    expect(evaluate(policy, 'workspace.read', 'pcft:platform:workspace/ws_1')).toEqual({
      effect: 'deny',
      reason: 'no-match',
      statement: null,
    });
  });

  it.each(['', 'a..b', 'A.b', 'a.*', 'a.b\n', 'a.b\0', '__proto__.read', 'x'.repeat(129)])(
    'denies the malformed action %j whatever the policy',
    (action) => {
      const policy = compilePolicy([allow(['*'], ['*'])]);
      expect(evaluate(policy, action, APP)).toEqual({ effect: 'deny', reason: 'no-match', statement: null });
    },
  );

  it.each(['', '*', 'pcft:heimdall', 'pcft:heimdall:app/', 'pcft:heimdall:app/a\n', 'pcft:heimdall:*/a'])(
    'denies the malformed resource %j whatever the policy',
    (resource) => {
      const policy = compilePolicy([allow(['*'], ['*'])]);
      expect(evaluate(policy, 'a.b', resource)).toEqual({
        effect: 'deny',
        reason: 'no-match',
        statement: null,
      });
    },
  );

  it('is not changed by a later change of the statements', () => {
    const statement = allow(['a.b'], [APP]);
    const policy = compilePolicy([statement]);
    statement.actions.push('a.c');
    expect(evaluate(policy, 'a.c', APP).effect).toBe('deny');
  });

  it('stays right beyond the number of actions it remembers', () => {
    const policy = compilePolicy([allow(['a.*'], ['*'])]);
    for (let i = 0; i < 3000; i++) expect(evaluate(policy, `a.x${i}`, APP).effect).toBe('allow');
    expect(evaluate(policy, 'b.x', APP).effect).toBe('deny');
  });
});

describe('compilePolicy', () => {
  it.each<[string, unknown]>([
    ['effect', { effect: 'Allow', actions: ['*'], resources: ['*'] }],
    ['action', { effect: 'deny', actions: ['a.**'], resources: ['*'] }],
    ['action', { effect: 'deny', actions: 'a.b', resources: ['*'] }],
    ['resource', { effect: 'deny', actions: ['*'], resources: ['pcft:heimdall:app'] }],
    ['resource', { effect: 'deny', actions: ['*'], resources: [7] }],
  ])('refuses a policy with an unreadable %s: a deny could be lost', (what, statement) => {
    const compile = () => compilePolicy([allow(['*'], ['*']), statement as Statement]);
    expect(compile).toThrow(PolicySyntaxError);
    expect(compile).toThrow(new RegExp(`statement 1: .*${what}`));
  });
});
