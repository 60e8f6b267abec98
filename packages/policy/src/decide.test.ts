import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveEvaluate } from '../test/naive-evaluator.ts';
import { randomCase, seededRandom } from '../test/random-cases.ts';
import {
  compilePolicy,
  decide,
  type DecisionInput,
  type LayerName,
  type Reason,
  type Statement,
} from './index.ts';

const granted: DecisionInput = {
  action: 'heimdall.app.create',
  resource: 'pcft:heimdall:app/*',
  lowestRole: 'admin',
  service: 'heimdall',
  policy: compilePolicy([{ effect: 'allow', actions: ['heimdall.*'], resources: ['*'] }]),
  role: 'admin',
  pinned: false,
  enabledServices: ['heimdall'],
  conditions: null,
  clientIp: '192.0.2.7',
  now: new Date('2026-11-22T10:00:00Z'),
};

// One change for each way in which a layer can deny, in the order in which the layers are asked.
const denials: [LayerName, Reason, Partial<DecisionInput>][] = [
  ['pin', 'pinned-elsewhere', { pinned: true }],
  ['role_cap', 'role-too-low', { role: 'member' }],
  ['service', 'service-disabled', { enabledServices: ['mail'] }],
  ['conditions', 'ip', { conditions: { ip: ['10.0.0.0/8'] } }],
  ['boundary', 'no-match', { boundaries: [compilePolicy([])] }],
  ['policy', 'no-match', { policy: compilePolicy([]) }],
];

describe('decide', () => {
  it('allows when every layer does, and names the statement', () => {
    const decision = decide(granted);
    expect(decision.allowed).toBe(true);
    expect(decision.deciding).toEqual({ layer: 'policy', effect: 'allow', reason: 'allowed', statement: 0 });
    expect(decision.layers.map(({ layer, effect }) => `${layer} ${effect}`)).toEqual([
      'pin allow',
      'role_cap allow',
      'service allow',
      'conditions allow',
      'policy allow',
    ]);
    expect(decision).toMatchObject({ action: granted.action, resource: granted.resource });
  });

  it.each(denials)('is denied by %s alone: %s', (layer, reason, change) => {
    const decision = decide({ ...granted, ...change });
    expect(decision.allowed).toBe(false);
    expect(decision.deciding).toEqual({ layer, effect: 'deny', reason, statement: null });
    expect(decision.layers.filter(({ effect }) => effect === 'deny')).toHaveLength(1);
  });

  it('is allowed only if no layer denies; the first that denies decides', () => {
    fc.assert(
      fc.property(fc.subarray(denials), (chosen) => {
        const changes = chosen.map(([, , change]) => change);
        const decision = decide(Object.assign({ ...granted }, ...changes) as DecisionInput);
        expect(decision.allowed).toBe(chosen.length === 0);
        expect(decision.deciding.layer).toBe(chosen[0]?.[0] ?? 'policy');
        expect(decision.layers.filter(({ effect }) => effect === 'deny').map(({ layer }) => layer)).toEqual(
          chosen.map(([layer]) => layer),
        );
      }),
    );
  });

  it('has no member without a role', () => {
    expect(decide({ ...granted, role: null, lowestRole: 'member' }).deciding.reason).toBe('role-too-low');
  });

  it('keeps platform enabled, unless told otherwise', () => {
    const input: DecisionInput = { ...granted, service: 'platform', enabledServices: [] };
    expect(decide(input).allowed).toBe(true);
    expect(decide({ ...input, alwaysEnabled: [] }).deciding.reason).toBe('service-disabled');
  });

  it('names the denying statement', () => {
    const policy = compilePolicy([
      { effect: 'allow', actions: ['*'], resources: ['*'] },
      { effect: 'deny', actions: ['*.create'], resources: ['*'] },
    ]);
    expect(decide({ ...granted, policy }).deciding).toEqual({
      layer: 'policy',
      effect: 'deny',
      reason: 'explicit-deny',
      statement: 1,
    });
  });
});

const allow = (actions: string[], resources = ['*']): Statement => ({ effect: 'allow', actions, resources });
const deny = (actions: string[], resources = ['*']): Statement => ({ effect: 'deny', actions, resources });

describe('a custom role', () => {
  it('cuts its base to its statements, and is named with the one that decided', () => {
    const rolePolicy = compilePolicy([allow(['heimdall.*']), deny(['heimdall.app.create'])]);
    expect(decide({ ...granted, rolePolicy }).deciding).toEqual({
      layer: 'role_cap',
      effect: 'deny',
      reason: 'explicit-deny',
      statement: 1,
    });
    expect(decide({ ...granted, rolePolicy: compilePolicy([allow(['audit.*'])]) }).deciding).toMatchObject({
      layer: 'role_cap',
      reason: 'no-match',
      statement: null,
    });
    expect(decide({ ...granted, rolePolicy: compilePolicy([allow(['*'])]) }).layers[1]).toEqual({
      layer: 'role_cap',
      effect: 'allow',
      reason: 'allowed',
      statement: 0,
    });
  });

  it('gives nothing that its base has not', () => {
    const input: DecisionInput = { ...granted, role: 'member', rolePolicy: compilePolicy([allow(['*'])]) };
    expect(decide(input).deciding).toMatchObject({ layer: 'role_cap', reason: 'role-too-low' });
  });
});

describe('the boundary', () => {
  it('is what every ancestor allows; the first that denies is named', () => {
    const wide = compilePolicy([allow(['*'])]);
    const narrow = compilePolicy([allow(['audit.*']), deny(['heimdall.*'])]);
    expect(decide({ ...granted, boundaries: [wide, wide] }).allowed).toBe(true);
    expect(decide({ ...granted, boundaries: [wide, narrow] }).deciding).toEqual({
      layer: 'boundary',
      effect: 'deny',
      reason: 'explicit-deny',
      statement: 1,
    });
  });

  it('is no layer where there is none', () => {
    const names = decide({ ...granted, boundaries: [] }).layers.map(({ layer }) => layer);
    expect(names).not.toContain('boundary');
  });
});

describe('role, boundary and policy against an independent reading of the rules', () => {
  type Layers = { policy: Statement[]; role: Statement[] | null; boundaries: Statement[][] };
  type Decider = (layers: Layers, action: string, resource: string) => boolean;

  const engine: Decider = ({ policy, role, boundaries }, action, resource) =>
    decide({
      ...granted,
      action,
      resource,
      policy: compilePolicy(policy),
      rolePolicy: role && compilePolicy(role),
      boundaries: boundaries.map(compilePolicy),
    }).allowed;

  // "A decision is the AND of layers." Read from the prose: every list of statements that stands must allow.
  const naive: Decider = ({ policy, role, boundaries }, action, resource) => {
    for (const statements of [policy, ...(role ? [role] : []), ...boundaries])
      if (naiveEvaluate(statements, action, resource).effect !== 'allow') return false;
    return true;
  };

  /** Number of random cases on which a decider differs from the naive one, and how many are allowed. */
  function compare(decider: Decider, count: number, seed: number): { differ: number; allowed: number } {
    const random = seededRandom(seed);
    let [differ, allowed] = [0, 0];
    for (let i = 0; i < count; i++) {
      const { statements, action, resource } = randomCase(random);
      // Every layer often allows all, or the AND of four would hardly ever be a yes.
      const layer = (): Statement[] =>
        random() < 0.5 ? [allow(['*'])] : [...randomCase(random).statements, ...statements];
      const layers: Layers = {
        policy: layer(),
        role: random() < 0.6 ? layer() : null,
        boundaries: Array.from({ length: Math.floor(random() * 3) }, layer),
      };
      const expected = naive(layers, action, resource);
      if (expected) allowed++;
      if (decider(layers, action, resource) !== expected) differ++;
    }
    return { differ, allowed };
  }

  const seed = Number(process.env['POLICY_SEED'] ?? Date.now() % 2 ** 31);
  const cases = Number(process.env['POLICY_CASES'] ?? 20_000) / 4;

  it(`agrees on ${cases} random cases`, () => {
    process.stdout.write(`layers: ${cases} random cases, POLICY_SEED=${seed}\n`);
    const { differ, allowed } = compare(engine, cases, seed);
    expect(differ).toBe(0);
    expect(allowed).toBeGreaterThan(cases / 50);
    expect(allowed).toBeLessThan(cases * 0.8);
  });

  it.each<[string, (layers: Layers) => Layers]>([
    ['custom roles are ignored', (layers) => ({ ...layers, role: null })],
    ['a custom role replaces the policy', (layers) => ({ ...layers, policy: layers.role ?? layers.policy })],
    ['boundaries are ignored', (layers) => ({ ...layers, boundaries: [] })],
    ['only the parent bounds', (layers) => ({ ...layers, boundaries: layers.boundaries.slice(-1) })],
    [
      'boundaries grant',
      (layers) => ({ ...layers, policy: [...layers.policy, ...layers.boundaries.flat()] }),
    ],
  ])('rejects an engine in which %s', (_, mutate) => {
    const mutant: Decider = (layers, ...asked) => engine(mutate(layers), ...asked);
    expect(compare(mutant, 5_000, seed).differ).toBeGreaterThan(0);
  });
});
