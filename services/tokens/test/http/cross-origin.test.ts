import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isCalledByPages, tokensOperations, type Operation } from '@pcft/contracts';
import { connectSuite, createWorld, validCall, type Suite, type World } from '@pcft/testing';
import { settings } from './end-users.ts';

let suite: Suite;
let world: World;
let other: World;
const page = 'https://app.acme.co';

beforeAll(async () => {
  suite = await connectSuite();
  [world, other] = [await createWorld(suite), await createWorld(suite)];
  await settings(suite, world, { allowed_origins: [page, 'http://localhost:5173'] });
  await settings(suite, other, { allowed_origins: ['https://other.example'] });
});
afterAll(() => suite.close());

const forPages = Object.values(tokensOperations as Record<string, Operation>)
  .filter(isCalledByPages)
  .map((operation) => [operation.operationId, operation] as const);
const doors = [
  ['itself', () => suite.serviceUrl('tokens')],
  ['through the gateway', () => suite.gatewayUrl],
] as const;

/** A browser's question. */
async function preflight(url: string, origin: string, method = 'POST') {
  const headers = {
    Origin: origin,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': 'authorization,content-type',
  };
  const answer = await fetch(url, { method: 'OPTIONS', headers });
  const of = (name: string) => answer.headers.get(`access-control-${name}`);
  return {
    status: answer.status,
    origin: of('allow-origin'),
    methods: of('allow-methods'),
    headers: of('allow-headers'),
    maxAge: of('max-age'),
    credentials: of('allow-credentials'),
    vary: answer.headers.get('vary'),
    allow: answer.headers.get('allow'),
    requestId: answer.headers.get('x-request-id'),
    limit: answer.headers.get('x-ratelimit-limit'),
  };
}

it('is for the whole Consumer API, tokens and keys, and for nothing that an account decides', () => {
  const names = forPages.map(([operationId]) => operationId);
  expect(names).toEqual(
    expect.arrayContaining(['signUpUser', 'getEndUser', 'verifyUserEmail', 'issueToken', 'refreshToken']),
  );
  for (const name of ['introspectAppToken', 'authorize', 'rotateSigningKey', 'applyDirectory'])
    expect(names).not.toContain(name);
});

describe.each(doors)('a preflight, asked of the service %s', (_, originOf) => {
  const url = (path: string) => `${originOf()}${path}`;

  it.each(['', '/heimdall'])('allows an origin of the app, by name and id, under "%s"', async (prefix) => {
    for (const app of [world.app.name, world.app.id]) {
      const answer = await preflight(url(`${prefix}/v1/apps/${app}/auth/me`), page, 'PATCH');
      expect(answer).toMatchObject({
        status: 204,
        origin: page,
        methods: expect.stringMatching(/GET.*PATCH/),
        headers: expect.stringMatching(/Authorization.*X-Api-Key.*Content-Type.*Idempotency-Key/),
        maxAge: '600',
        credentials: null,
        vary: expect.stringContaining('Origin'),
        requestId: expect.any(String),
        limit: expect.any(String),
      });
    }
  });

  it('says the same to a page of another origin as for an app that does not exist', async () => {
    const names = [world.app.name, 'no-such-app', 'app_00000000000000000000000000', '%00', 'a b'];
    for (const origin of [
      'https://evil.example',
      'https://other.example',
      'null',
      `${page}:8443`,
      'http://app.acme.co',
      `${page}.evil.example`,
    ]) {
      const known = await preflight(url(`/v1/apps/${world.app.name}/auth/signin`), origin);
      expect(known).toMatchObject({ status: 204, origin: null, methods: null, allow: 'OPTIONS, POST' });
      for (const name of names.slice(1, 3)) {
        const absent = await preflight(url(`/v1/apps/${name}/auth/signin`), origin);
        expect({ ...absent, requestId: null }).toEqual({ ...known, requestId: null });
      }
    }
    for (const name of names.slice(3).map(encodeURIComponent))
      expect((await preflight(url(`/v1/apps/${name}/auth/signin`), page)).origin).toBeNull();
  });

  it('is of no use for what an account decides', async () => {
    const answer = await preflight(url(`/v1/apps/${world.app.name}/users`), page);
    expect(answer.origin).toBeNull();
  });
});

describe.each(forPages)('%s', (operationId, operation) => {
  const call = (origin: string | null, more: object = {}) =>
    suite.call(operationId, {
      ...validCall(operation, world),
      // Refused by the last check, so that nothing is changed: the headers are those of any answer.
      query: 'unknown=1',
      ...(origin !== null && { headers: { origin } }),
      ...more,
    });

  it('lets pages of the app read what it answers, refusals too, and no others', async () => {
    for (const on of ['service', 'gateway'] as const) {
      const { headers } = await call(page, { on });
      expect(headers['access-control-allow-origin']).toBe(page);
      expect(headers['access-control-expose-headers']).toMatch(/X-Request-Id.*X-RateLimit-Remaining/);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['vary']).toContain('Origin');
    }
    const foreign = await call('https://other.example');
    const own = await call(null);
    expect(foreign.status).toBe(own.status);
    for (const { headers } of [foreign, own]) {
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['vary']).toContain('Origin');
    }
  });
});

describe('an origin that is taken away', () => {
  it('is refused by the next call', async () => {
    const input = { params: { app: world.app.id }, headers: { origin: 'http://localhost:5173' } };
    const allowed = async () =>
      (await suite.call('getAppJwks', input)).headers['access-control-allow-origin'] ?? null;
    expect(await allowed()).toBe('http://localhost:5173');
    await settings(suite, world, { allowed_origins: [page] });
    expect(await allowed()).toBeNull();
  });
});
