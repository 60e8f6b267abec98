import { describe, expect, it } from '@jest/globals';
import { isServedUnder } from './hosts.ts';

const paths = {
  platform: '/v1/workspaces/acme/apps',
  heimdall: '/v1/apps/app_1/api-keys',
  prefixed: '/heimdall/v1/apps',
  quickstart: '/api/auth/sign-in/email',
  craft: '/v1/projects',
};
const servedUnder = (host: string) =>
  Object.entries(paths)
    .filter(([, path]) => isServedUnder(host, path))
    .map(([name]) => name);

describe("the documents' hosts", () => {
  it.each([
    ['api.auth.productcraft.co', ['platform', 'quickstart']],
    ['auth.productcraft.co', ['platform', 'quickstart']],
    ['api.heimdall.productcraft.co', ['heimdall', 'prefixed']],
    ['API.Heimdall.localhost:8080', ['heimdall', 'prefixed']],
    ['api.craft.fast', ['craft']],
    ['craft.fast', ['craft']],
    ['api.craftdesk.app', ['craft']],
  ])('%s serves %j', (host, surfaces) => {
    expect(servedUnder(host)).toEqual(surfaces);
  });

  it.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1:8080',
    '[::1]:8080',
    'api.productcraft.co',
    'api.example.com',
    'gateway',
    'auth',
    'authentic.example.com',
    'my.api.heimdall.example.com',
  ])('%s serves everything', (host) => {
    expect(servedUnder(host)).toEqual(Object.keys(paths));
  });

  it('knows a surface by whole segments', () => {
    expect(isServedUnder('api.craft.fast', '/v1/meadow')).toBe(false);
    expect(isServedUnder('api.craft.fast', '/v1/me')).toBe(true);
    expect(isServedUnder('api.heimdall.x', '/v1/appstore')).toBe(false);
  });
});
