import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../test/catalogue.ts';
import { POLICY_LIMITS, validateStatements, type Statement } from './index.ts';

const statement = (actions: string[], resources = ['*']): Statement => ({
  effect: 'allow',
  actions,
  resources,
});
const validate = (...statements: Statement[]) => validateStatements(statements, catalogue);

describe('validateStatements', () => {
  it('accepts known actions, patterns that match some, and URNs', () => {
    const fine = statement(['workspace.read', '*', 'heimdall.*', '*.list'], ['pcft:heimdall:app/*']);
    expect(validate(fine, { ...fine, effect: 'deny' })).toEqual([]);
  });

  it.each([
    ['workspace.raed', 'workspace.read'],
    ['workspace.audit.reed', 'workspace.audit.read'],
    ['heimdal.*', 'heimdall.*'],
    ['workspace.*.removed', 'workspace.*.remove'],
    ['*.lists', '*.list'],
  ])('answers %s with the nearest known, %s', (unknown, nearest) => {
    expect(validate(statement(['*']), statement(['workspace.read', unknown]))).toEqual([
      { field: 'policy[1].actions[1]', reason: `matches no known action; did you mean ${nearest}?` },
    ]);
  });

  it('refuses a mistyped deny too: it would protect nothing', () => {
    expect(validate({ ...statement(['workspace.delet']), effect: 'deny' })).toHaveLength(1);
  });

  it('names malformed patterns and URNs by path', () => {
    const fields = validate(statement(['a..b', 'a*'], ['*', 'pcft:heimdall:app', 'app_1'])).map(
      ({ field }) => field,
    );
    expect(fields).toEqual([
      'policy[0].actions[0]',
      'policy[0].actions[1]',
      'policy[0].resources[1]',
      'policy[0].resources[2]',
    ]);
  });

  it('refuses empty lists and unknown effects', () => {
    const odd = { effect: 'maybe', actions: [], resources: [] } as unknown as Statement;
    expect(validate(odd).map(({ field }) => field)).toEqual([
      'policy[0].effect',
      'policy[0].actions',
      'policy[0].resources',
    ]);
  });

  it('stays quick and short for a hostile policy', () => {
    const wide = statement(
      new Array<string>(500).fill(`${'x'.repeat(120)}.y`),
      new Array<string>(200).fill('?'),
    );
    const started = performance.now();
    expect(validate(...new Array<Statement>(POLICY_LIMITS.statements).fill(wide))).toHaveLength(50);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(validate(...new Array<Statement>(POLICY_LIMITS.statements + 1).fill(wide))).toHaveLength(1);
  });

  it('has no neighbour to offer from an empty catalogue', () => {
    expect(validateStatements([statement(['a.b'])], [])).toEqual([
      { field: 'policy[0].actions[0]', reason: 'matches no known action' },
    ]);
  });
});
