import { describe, expect, it } from '@jest/globals';
import { isAction, isActionPattern, matchesAction } from './index.ts';

describe('matchesAction', () => {
  it.each([
    ['workspace.audit.read', 'workspace.audit.read'],
    ['*', 'workspace'],
    ['*', 'workspace.audit.read'],
    ['heimdall.*', 'heimdall.app.create'],
    ['*.read', 'workspace.audit.read'],
    ['workspace.*.list', 'workspace.member.list'],
    ['workspace.*.list', 'workspace.a.b.list'],
    ['*.a.*.b', 'x.a.a.b.b'],
    ['*.*', 'a.b.c'],
  ])('%s matches %s', (pattern, action) => {
    expect(matchesAction(pattern, action)).toBe(true);
  });

  it.each([
    ['workspace.audit.read', 'workspace.audit'],
    ['workspace.audit', 'workspace.audit.read'],
    ['heimdall.*', 'heimdall'],
    ['heimdall.*', 'heimdallx.app'],
    ['*.read', 'read'],
    ['workspace.*.list', 'workspace.list'],
    ['*.*', 'a'],
    ['a*', 'ab'],
    ['', ''],
    ['*', ''],
    ['*', 'a.*'],
  ])('%j does not match %j', (pattern, action) => {
    expect(matchesAction(pattern, action)).toBe(false);
  });

  it('takes no more than a moment for a hostile pattern', () => {
    const pattern = `${'*.a.'.repeat(31)}b`;
    const action = 'a.'.repeat(63) + 'a';
    expect(isActionPattern(pattern)).toBe(true);
    const started = performance.now();
    for (let i = 0; i < 100; i++) expect(matchesAction(pattern, action)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('the syntax of actions', () => {
  it.each(['heimdall.app.create', 'workspace.api-key.read', 'a_b.c', 'read'])('%s is an action', (text) => {
    expect([isAction(text), isActionPattern(text)]).toEqual([true, true]);
  });

  it.each(['*', '*.read', 'a.*.b'])('%s is a pattern only', (text) => {
    expect([isAction(text), isActionPattern(text)]).toEqual([false, true]);
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'A.b',
    'a.b*',
    '**',
    'a b',
    'a.b\n',
    'é.b',
    'a.\u0000',
    'a'.repeat(129),
  ])('%j is neither', (text) => {
    expect([isAction(text), isActionPattern(text)]).toEqual([false, false]);
  });
});
