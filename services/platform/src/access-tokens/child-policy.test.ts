import { describe, expect, it } from '@jest/globals';
import {
  actionCovers,
  compilePolicy,
  evaluate,
  matchesAction,
  matchesResource,
  resourceCovers,
  type Statement,
} from '@pcft/policy';
import fc from 'fast-check';
import { capByParent, childConditions, childPolicy } from './child-policy.ts';

const allow = (actions: string[], resources = ['*']): Statement => ({ effect: 'allow', actions, resources });
const deny = (actions: string[], resources = ['*']): Statement => ({ effect: 'deny', actions, resources });

// Few words, so that patterns and what they are asked about meet often.
const word = fc.constantFrom('a', 'b', 'c');
const action = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));
const actionPattern = fc
  .array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 4 })
  .map((words) => words.join('.'));
const urnOf = (segment: fc.Arbitrary<string>) =>
  fc
    .tuple(segment, fc.array(fc.tuple(segment, segment), { minLength: 1, maxLength: 3 }))
    .map(([service, pairs]) => `pcft:${service}:${pairs.map((pair) => pair.join('/')).join('/')}`);
const urn = urnOf(word);
const resourcePattern = fc.oneof(fc.constant('*'), urnOf(fc.oneof(word, fc.constant('*'))));
const statement = fc.record({
  effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
  actions: fc.array(actionPattern, { minLength: 1, maxLength: 3 }),
  resources: fc.array(resourcePattern, { minLength: 1, maxLength: 3 }),
});
const policy = fc.array(statement, { minLength: 1, maxLength: 4 });

function allows(statements: readonly Statement[], ask: string, on: string): boolean {
  return evaluate(compilePolicy(statements), ask, on).effect === 'allow';
}

describe('covering', () => {
  it('takes an action pattern only as far as everything it matches is matched', () => {
    expect(actionCovers('*', 'workspace.*')).toBe(true);
    expect(actionCovers('workspace.*', 'workspace.audit.read')).toBe(true);
    expect(actionCovers('workspace.*', '*')).toBe(false);
    expect(actionCovers('workspace.*.read', 'workspace.*')).toBe(false);
    expect(actionCovers('*.read', 'workspace.*.read')).toBe(true);
  });

  it('takes a resource pattern only with all that lies below it', () => {
    expect(resourceCovers('pcft:heimdall:app/app_1', 'pcft:heimdall:app/app_1/user/*')).toBe(true);
    expect(resourceCovers('pcft:heimdall:app/app_1', 'pcft:heimdall:app/app_12')).toBe(false);
    expect(resourceCovers('pcft:heimdall:app/app_1', 'pcft:heimdall:app/*')).toBe(false);
    expect(resourceCovers('pcft:*:app/*', 'pcft:heimdall:app/*')).toBe(true);
    expect(resourceCovers('pcft:heimdall:app/*', '*')).toBe(false);
  });

  it('never claims more than the engine matches', () => {
    fc.assert(
      fc.property(actionPattern, actionPattern, action, (outer, inner, ask) => {
        if (actionCovers(outer, inner) && matchesAction(inner, ask))
          expect(matchesAction(outer, ask)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(resourcePattern, resourcePattern, urn, (outer, inner, on) => {
        if (resourceCovers(outer, inner) && matchesResource(inner, on))
          expect(matchesResource(outer, on)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('childPolicy', () => {
  const parent = [allow(['workspace.audit.*'], ['pcft:audit:log/*']), deny(['workspace.audit.export'])];

  it('carries the denials of its parent over', () => {
    const asked = [allow(['workspace.audit.read'], ['pcft:audit:log/l1'])];
    expect(childPolicy(asked, parent)).toEqual({
      statements: [...asked, deny(['workspace.audit.export'])],
    });
  });

  it('names the grant that is wider than its parent', () => {
    const asked = [allow(['workspace.audit.read', 'workspace.delete'], ['pcft:audit:log/l1'])];
    expect(childPolicy(asked, parent)).toMatchObject({ wider: { field: 'policy[0].actions[1]' } });
  });

  it('does not add two statements of the parent together', () => {
    const halves = [allow(['a.b'], ['pcft:x:t/1']), allow(['a.c'], ['pcft:x:t/1'])];
    expect(childPolicy([allow(['a.*'], ['pcft:x:t/1'])], halves)).toHaveProperty('wider');
  });

  it('never lets a child do what its parent may not', () => {
    fc.assert(
      fc.property(policy, policy, action, urn, (asked, bound, ask, on) => {
        const child = childPolicy(asked, bound);
        if ('statements' in child && allows(child.statements, ask, on))
          expect(allows(bound, ask, on)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts a copy of the parent', () => {
    fc.assert(fc.property(policy, (bound) => expect(childPolicy(bound, bound)).toHaveProperty('statements')));
  });
});

describe('capByParent', () => {
  it('keeps the actions of a shorthand where the parent allows them', () => {
    const parent = [allow(['heimdall.*'], ['pcft:heimdall:app/app_1']), deny(['heimdall.app.delete'])];
    const shorthand = [allow(['heimdall.app.read', 'workspace.read'])];
    expect(capByParent(shorthand, parent)).toEqual([
      allow(['heimdall.app.read'], ['pcft:heimdall:app/app_1']),
      deny(['heimdall.app.delete']),
    ]);
  });

  it("gives the parent's own actions for an owner's `full`", () => {
    expect(capByParent([allow(['*'])], [allow(['a.b', 'a.*'], ['pcft:x:t/1'])])).toEqual([
      allow(['a.b', 'a.*'], ['pcft:x:t/1']),
    ]);
  });

  it('grants nothing that either side does not', () => {
    fc.assert(
      fc.property(
        fc.array(action, { minLength: 1, maxLength: 4 }),
        policy,
        action,
        urn,
        (wanted, bound, ask, on) => {
          const shorthand = [allow(wanted)];
          if (!allows(capByParent(shorthand, bound), ask, on)) return;
          expect(allows(bound, ask, on)).toBe(true);
          expect(allows(shorthand, ask, on)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('childConditions', () => {
  it('inherits what it does not say', () => {
    const parent = { ip: ['10.0.0.0/8'], not_after: '2027-01-01T00:00:00Z' };
    expect(childConditions(null, parent)).toEqual({ conditions: parent });
    expect(childConditions(null, null)).toEqual({ conditions: null });
  });

  it('takes the narrower window', () => {
    const parent = { not_before: '2026-01-01T00:00:00Z', not_after: '2027-01-01T00:00:00Z' };
    const asked = { not_before: '2025-01-01T00:00:00Z', not_after: '2026-06-01T00:00:00+02:00' };
    expect(childConditions(asked, parent)).toEqual({
      conditions: { not_before: '2026-01-01T00:00:00Z', not_after: '2026-06-01T00:00:00+02:00' },
    });
  });

  it('takes ranges within the ranges of its parent, and no others', () => {
    const parent = { ip: ['10.0.0.0/8', '2001:db8::/32'] };
    expect(childConditions({ ip: ['10.1.0.0/16', '2001:db8::1'] }, parent)).toEqual({
      conditions: { ip: ['10.1.0.0/16', '2001:db8::1'] },
    });
    for (const range of ['10.0.0.0/7', '192.0.2.1', '2001:db8::/31', '::ffff:10.0.0.1'])
      expect(childConditions({ ip: ['10.1.0.0/16', range] }, parent)).toMatchObject({
        wider: { field: 'conditions.ip[1]' },
      });
  });
});
