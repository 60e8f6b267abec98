import { describe, expect, it } from '@jest/globals';
import type { Statement } from '@pcft/policy';
import { readStatements } from './read-statements.ts';

const allow = (action: string, resource = '*'): Statement => ({
  effect: 'allow',
  actions: [action],
  resources: [resource],
});
const deny = (action: string, resource = '*'): Statement => ({ ...allow(action, resource), effect: 'deny' });
const app = 'pcft:heimdall:app/app_1';

describe('readStatements', () => {
  it.each([
    ['*', 'workspace.read', true],
    ['*.list', 'workspace.member.list', true],
    ['*.list', 'list', false],
    ['workspace.*', 'workspace', false],
    ['workspace.*.list', 'workspace.list', false],
    ['workspace.read', 'workspace.reading', false],
    ['work.*', 'workspace.read', false],
  ])('the pattern %s over the action %s: %s', (pattern, action, expected) => {
    expect(readStatements([allow(pattern)], action, app)).toBe(expected);
  });

  it.each([
    [app, app, true],
    [app, `${app}/user/usr_1`, true],
    [app, `${app}2`, false],
    [app, 'pcft:heimdall:app/*', false],
    ['pcft:heimdall:app/*', `${app}/user/usr_1`, true],
    ['pcft:heimdall:app/*/user/*', app, false],
    ['*', app, true],
  ])('the pattern %s over the resource %s: %s', (pattern, resource, expected) => {
    expect(readStatements([allow('*', pattern)], 'heimdall.app.read', resource)).toBe(expected);
  });

  it('a denial wins wherever it stands, and nothing that matches allows nothing', () => {
    expect(readStatements([deny('*.read'), allow('*')], 'heimdall.app.read', app)).toBe(false);
    expect(readStatements([allow('*'), deny('*.read')], 'heimdall.app.read', app)).toBe(false);
    expect(readStatements([allow('*'), deny('*', `${app}/user/*`)], 'heimdall.app.read', app)).toBe(true);
    expect(readStatements([], 'heimdall.app.read', app)).toBe(false);
  });
});
