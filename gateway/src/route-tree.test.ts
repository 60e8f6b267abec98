import { describe, expect, it } from '@jest/globals';
import { routeTable } from '@pcft/contracts';
import type { Route } from '@pcft/contracts';
import { allowedMethods, RouteTree } from './route-tree.ts';

const route = (method: Route['method'], template: string): Route => ({
  method,
  template,
  operationId: template,
  service: 'platform',
  rateClass: 'platform',
  dialect: 'platform',
});
const tree = new RouteTree([
  route('GET', '/v1/apps'),
  route('GET', '/v1/apps/:app'),
  route('DELETE', '/v1/apps/:app'),
  route('GET', '/v1/apps/:app/users/:user'),
  route('POST', '/v1/apps/:app/users/search'),
  route('GET', '/v1/apps/:app/.well-known/jwks.json'),
]);
const templateOf = (method: string, path: string) => tree.match(path)?.get(method)?.template;

describe('RouteTree', () => {
  it.each([
    ['/v1/apps', '/v1/apps'],
    ['/v1/apps/app_1', '/v1/apps/:app'],
    ['/v1/apps/caf%C3%A9', '/v1/apps/:app'],
    ['/v1/apps/a/users/b', '/v1/apps/:app/users/:user'],
    ['/v1/apps/a/users/search', '/v1/apps/:app/users/:user'],
    ['/v1/apps/a/.well-known/jwks.json', '/v1/apps/:app/.well-known/jwks.json'],
  ])('%s is %s', (path, template) => {
    expect(templateOf('GET', path)).toBe(template);
  });

  it.each([
    '',
    '/',
    '/v1',
    '/V1/apps',
    '/v1/Apps',
    '/v1/apps/',
    '/v1/apps/a/',
    '/v1/apps//users/b',
    '/v1/apps/a/users/',
    '/v1/apps/a/users/b/c',
    '/v1/appsx',
    'v1/apps',
    '*',
    '/v1/apps/:app/users',
    '/constructor',
    '/__proto__/apps',
  ])('%j is nobody’s', (path) => {
    expect(tree.match(path)).toBeUndefined();
  });

  it('keeps the methods of a literal and of a parameter in the same place apart', () => {
    expect(templateOf('POST', '/v1/apps/a/users/search')).toBe('/v1/apps/:app/users/search');
    expect(templateOf('POST', '/v1/apps/a/users/b')).toBeUndefined();
    expect(allowedMethods(tree.match('/v1/apps/a/users/search')!)).toBe('GET, HEAD, OPTIONS, POST');
  });

  it('names HEAD only beside GET', () => {
    expect(allowedMethods(tree.match('/v1/apps/a')!)).toBe('DELETE, GET, HEAD, OPTIONS');
    expect(allowedMethods(new RouteTree([route('POST', '/x')]).match('/x')!)).toBe('OPTIONS, POST');
  });

  it('refuses a table with the same route twice', () => {
    expect(() => new RouteTree([route('GET', '/a/:b'), route('GET', '/a/:c')])).toThrow('GET /a/:c');
  });

  it('finds every declared route, and no internal one', () => {
    const declared = new RouteTree(routeTable());
    for (const { method, template } of routeTable()) {
      const path = template.replace(/:\w+/g, 'x1');
      expect(declared.match(path)?.get(method)?.template).toBe(template);
      expect(template).not.toContain('/internal');
    }
  });
});
