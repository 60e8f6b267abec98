import { describe, expect, it } from '@jest/globals';
import { randomCase, seededRandom } from '../test/random-cases.ts';
import { compilePolicy } from './compile-policy.ts';
import { evaluate } from './evaluate.ts';
import { findIdleStatements } from './idle-statements.ts';
import type { Statement } from './types.ts';

const allow = (actions: string[], resources = ['*']): Statement => ({ effect: 'allow', actions, resources });
const deny = (actions: string[], resources = ['*']): Statement => ({ effect: 'deny', actions, resources });

describe('findIdleStatements', () => {
  it.each<[string, Statement[], unknown[]]>([
    ['nothing in an empty policy', [], []],
    ['nothing where each adds something', [allow(['a.*']), allow(['b.*']), deny(['a.b'])], []],
    [
      'a statement within a wider one',
      [allow(['a.read'], ['pcft:a:b/c/d/e']), allow(['a.*'], ['pcft:a:b/*'])],
      [{ statement: 0, kind: 'redundant', by: 1 }],
    ],
    [
      'the later of two that say the same',
      [allow(['a.b', 'a.c']), allow(['a.c', 'a.b'])],
      [{ statement: 1, kind: 'redundant', by: 0 }],
    ],
    [
      'an allow that is denied altogether, and only that',
      [deny(['a.*']), allow(['a.b']), allow(['a.b', 'b.b'])],
      [{ statement: 1, kind: 'shadowed', by: 0 }],
    ],
    ['nothing for a deny without an allow: it may be meant', [deny(['a.*'])], []],
    [
      'the parts of a whole, but not the whole of its parts',
      [allow(['a']), allow(['b']), allow(['a', 'b'])],
      [
        { statement: 0, kind: 'redundant', by: 2 },
        { statement: 1, kind: 'redundant', by: 2 },
      ],
    ],
  ])('finds %s', (_, statements, expected) => expect(findIdleStatements(statements)).toEqual(expected));

  it('can be left out, all at once, without changing any decision (20,000 seeded cases)', () => {
    const random = seededRandom(20261123);
    const found = { redundant: 0, shadowed: 0 };
    for (let i = 0; i < 20_000; i++) {
      const { statements, action, resource } = randomCase(random);
      const idle = findIdleStatements(statements);
      if (idle.length === 0) continue;
      for (const { kind } of idle) found[kind]++;
      const kept = statements.filter((_, index) => !idle.some(({ statement }) => statement === index));
      const [before, after] = [statements, kept].map((all) => evaluate(compilePolicy(all), action, resource));
      expect([statements, action, resource, after?.effect]).toEqual([
        statements,
        action,
        resource,
        before?.effect,
      ]);
    }
    expect(Math.min(found.redundant, found.shadowed)).toBeGreaterThan(100);
  });

  it('names what makes it idle truly: alone it decides all that the idle one does', () => {
    const random = seededRandom(20261124);
    let met = 0;
    for (let i = 0; i < 20_000; i++) {
      const { statements, action, resource } = randomCase(random);
      for (const { statement, by, kind } of findIdleStatements(statements)) {
        const says = (index: number) =>
          evaluate(compilePolicy([statements[index] as Statement]), action, resource).reason;
        if (says(statement) === 'no-match') continue;
        met++;
        expect(says(by)).toBe(kind === 'shadowed' ? 'explicit-deny' : says(statement));
      }
    }
    expect(met).toBeGreaterThan(100);
  });

  it('answers soon, whatever it is given', () => {
    const patterns = Array.from({ length: 80 }, (_, i) => `${'*.'.repeat(30)}x${i}`);
    const statements = Array.from({ length: 200 }, (_, i) => allow([...patterns, `y${i}`]));
    const startedAt = performance.now();
    findIdleStatements(statements);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
