import { describe, expect, it } from '@jest/globals';
import { actionCatalogue, allOperations } from './catalogue.ts';
import { faultsOf } from './operation.ts';
import { dialectForPath, routeTable } from './routes.ts';

describe('dialectForPath', () => {
  it.each([
    ['/v1/workspaces', 'platform'],
    ['/heimdall/v1/apps', 'platform'],
    ['/', 'platform'],
    ['/api/auth/sign-in/email', 'quickstart'],
    ['/api/user/me', 'quickstart'],
    ['/api/users', 'platform'],
    ['/v1/me', 'craft'],
    ['/v1/meadow', 'platform'],
    ['/v1/projects/prj_1/files', 'craft'],
    ['/oauth/authorize', 'oauth'],
    ['/v1/oauth/token', 'oauth'],
    ['/v1/oauthx', 'platform'],
  ])('%s speaks %s', (path, dialect) => {
    expect(dialectForPath(path)).toBe(dialect);
  });
});

describe('the declarations', () => {
  it('name the actions that document 000 prints', () => {
    const actions = actionCatalogue.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['workspace.audit.read', 'workspace.member.list']));
  });

  it('keep internal operations off the public routes', () => {
    const internal = allOperations.filter(({ access }) => access.kind === 'service');
    expect(internal.length).toBeGreaterThan(0);
    const routed = new Set(routeTable().map(({ operationId }) => operationId));
    expect(internal.filter(({ operationId }) => routed.has(operationId))).toEqual([]);
  });

  it('let every limited operation answer 429, and every one with a credential 401', () => {
    for (const operation of allOperations) {
      expect(faultsOf(operation).includes('rate-limited')).toBe(operation.rateClass !== 'internal');
      expect(faultsOf(operation).includes('credential-missing')).toBe(operation.access.kind !== 'public');
    }
  });

  it('say of every change what event it is', () => {
    const silent = allOperations.filter(({ changes, event }) => changes && event === null);
    expect(silent.map(({ operationId }) => operationId)).toEqual([]);
  });
});
