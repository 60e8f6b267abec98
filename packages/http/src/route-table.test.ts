import { describe, expect, it } from '@jest/globals';
import { RouteTable } from './route-table.ts';

function tableOf(...paths: string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const path of paths) table.add(path, path);
  return table;
}

const table = tableOf(
  '/v1/authorize',
  '/v1/apps/:app',
  '/v1/apps/:app/users/:user',
  '/v1/apps/:app/users/import',
  '/v1/apps/:id/.well-known/jwks.json',
);

const found = (path: string) => table.match(path).map(({ route, params }) => [route, params]);

describe('a path', () => {
  it('leads to its route, with its parameters by the names of that route', () => {
    expect(found('/v1/authorize')).toEqual([['/v1/authorize', {}]]);
    expect(found('/v1/apps/a')).toEqual([['/v1/apps/:app', { app: 'a' }]]);
    expect(found('/v1/apps/a/.well-known/jwks.json')).toEqual([
      ['/v1/apps/:id/.well-known/jwks.json', { id: 'a' }],
    ]);
  });

  it('leads to the literal first, whatever was added first', () => {
    expect(found('/v1/apps/a/users/import')).toEqual([
      ['/v1/apps/:app/users/import', { app: 'a' }],
      ['/v1/apps/:app/users/:user', { app: 'a', user: 'import' }],
    ]);
  });

  it.each([
    ['a segment too many', '/v1/authorize/x'],
    ['a segment too few', '/v1'],
    ['a slash at its end', '/v1/authorize/'],
    ['an empty parameter', '/v1/apps/'],
    ['an empty parameter inside', '/v1/apps//users/import'],
    ['a slash too many', '//v1/authorize'],
    ['another case', '/V1/authorize'],
    ['a literal that is percent-encoded', '/v1/%61uthorize'],
    ['a name of the prototype', '/v1/constructor'],
    ['the pattern instead of a value', '/v1/:app'],
    ['no slash', ''],
    ['an asterisk (OPTIONS)', '*'],
  ])('with %s leads nowhere', (_, path) => {
    expect(found(path)).toEqual([]);
  });

  it('has its parameters decoded, each by itself', () => {
    expect(found('/v1/apps/a%2Fb%20c')).toEqual([['/v1/apps/:app', { app: 'a/b c' }]]);
    expect(found('/v1/apps/%2e%2e')).toEqual([['/v1/apps/:app', { app: '..' }]]);
  });

  it('that cannot be decoded is an error', () => {
    expect(() => found('/v1/apps/%E0%A4')).toThrow(URIError);
  });
});

describe('a second route at one place', () => {
  it.each([
    ['/a/:b', '/a/:c'],
    ['/a', '/a'],
  ])('%s and %s is refused', (first, second) => {
    expect(() => tableOf(first, second)).toThrow('two routes');
  });
});
