import { describe, expect, it } from '@jest/globals';
import { randomCase, seededRandom } from '../test/random-cases.ts';
import { matchesAction } from './action-pattern.ts';
import { actionCovers, resourceCovers } from './pattern-covers.ts';
import { matchesResource } from './resource-pattern.ts';

describe('actionCovers', () => {
  it.each([
    ['*', '*', true],
    ['*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.*.c', true],
    ['a.*.c', 'a.*', false],
    ['*.*', '*', false],
    ['*', '*.*', true],
    ['*.c', 'a.b.c', true],
    ['a.*.c.*', 'a.c.c.c', true],
  ])('%s over %s: %s', (outer, inner, expected) => expect(actionCovers(outer, inner)).toBe(expected));

  it('takes no time that grows with the ways to try', () => {
    const outer = `${'*.'.repeat(31)}x`;
    const inner = `${'b.'.repeat(63)}b`;
    const startedAt = performance.now();
    expect(actionCovers(outer, inner)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(50);
  });
});

describe('whatever the inner pattern matches', () => {
  it('the outer one matches too (20,000 seeded cases)', () => {
    const random = seededRandom(20261122);
    let met = 0;
    for (let i = 0; i < 20_000; i++) {
      const { statements, action, resource } = randomCase(random);
      const actions = statements.flatMap((statement) => statement.actions);
      const resources = statements.flatMap((statement) => statement.resources);
      const [outer = '*', inner = '*'] = actions;
      if (actionCovers(outer, inner) && matchesAction(inner, action)) {
        met++;
        expect([outer, inner, action, matchesAction(outer, action)]).toEqual([outer, inner, action, true]);
      }
      const [wide = '*', narrow = '*'] = resources;
      if (resourceCovers(wide, narrow) && matchesResource(narrow, resource)) {
        met++;
        expect([wide, narrow, resource, matchesResource(wide, resource)]).toEqual([
          wide,
          narrow,
          resource,
          true,
        ]);
      }
    }
    expect(met).toBeGreaterThan(300);
  });
});
