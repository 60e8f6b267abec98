import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compilePolicy, decide, type DecisionInput, type LayerName, type Reason } from './index.ts';

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
