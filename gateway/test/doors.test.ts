import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyClientAddress } from '@pcft/credentials';
import type { IncomingMessage } from 'node:http';
import { bodyOf, edgeSecret, get, sendRaw, startGateway, startUpstream, statusOf } from './scratch.ts';
import type { Scratch, ScratchGateway } from './scratch.ts';

let upstream: Scratch;
let gateway: ScratchGateway;
const seen: IncomingMessage[] = [];

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    seen.push(request);
    response.setHeader('X-Powered-By', 'Express');
    response.setHeader('X-RateLimit-Limit', '600');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('X-Request-Id', 'of-the-service');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ url: request.url, method: request.method }));
  });
  const origin = upstream.origin;
  gateway = await startGateway({
    platform: origin,
    tokens: origin,
    'heimdall-admin': origin,
    projects: origin,
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const raw = (bytes: string) => sendRaw(gateway.port, bytes);
async function passed(bytes: string): Promise<IncomingMessage> {
  seen.length = 0;
  expect(statusOf(await raw(bytes))).toBe(200);
  expect(seen).toHaveLength(1);
  return seen[0]!;
}
async function refused(bytes: string): Promise<{ status: number; answer: string }> {
  seen.length = 0;
  const answer = await raw(bytes);
  expect(seen).toHaveLength(0);
  return { status: statusOf(answer), answer };
}

describe('what the service is told', () => {
  it('the request as it was, with id, trace and a signed address', async () => {
    const request = await passed(get('/v1/workspaces/caf%C3%A9?limit=1&q=%2F', 'Authorization: Bearer x'));
    expect(request.url).toBe('/v1/workspaces/caf%C3%A9?limit=1&q=%2F');
    expect(request.headers.host).toBe('localhost');
    expect(request.headers.authorization).toBe('Bearer x');
    expect(request.headers['x-request-id']).toMatch(/^req_/);
    expect(request.headers['traceparent']).toMatch(/^00-/);
    const signed = String(request.headers['x-client-address']);
    const said = { method: 'GET', path: request.url!, now: Date.now() };
    expect(verifyClientAddress(edgeSecret, signed, said)).toBe('127.0.0.1');
    expect(verifyClientAddress(edgeSecret, signed, { ...said, path: '/v1/workspaces' })).toBeNull();
  });

  it('nothing that the caller claims about itself', async () => {
    const request = await passed(
      get(
        '/v1/workspaces',
        'X-Forwarded-For: 203.0.113.1',
        'Forwarded: for=203.0.113.1',
        'X-Real-IP: 203.0.113.1',
        'X-Client-Address: 203.0.113.1;1;x',
        'X-Internal-Admin: 1',
        'X-Service-Token: s',
        'Via: 1.1 me',
        'Connection: X-Mine',
        'X-Mine: 1',
      ),
    );
    expect(JSON.stringify(request.headers)).not.toContain('203.0.113.1');
    for (const name of ['x-internal-admin', 'x-service-token', 'via', 'x-mine', 'x-forwarded-for'])
      expect(request.headers[name]).toBeUndefined();
  });

  it('HEAD as HEAD, and its answer has no body', async () => {
    seen.length = 0;
    const answer = await raw(get('/v1/workspaces').replace('GET', 'HEAD'));
    expect(statusOf(answer)).toBe(200);
    expect(seen[0]!.method).toBe('HEAD');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });
});

describe('what the caller is told', () => {
  it('the answer with its own headers, an id, and no internals', async () => {
    const answer = await fetch(`${gateway.origin}/v1/workspaces`, {
      headers: { 'X-Request-Id': 'my-own-id-1' },
    });
    expect(answer.headers.get('x-request-id')).toBe('my-own-id-1');
    expect(answer.headers.get('x-ratelimit-limit')).toBe('600');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(await answer.json()).toEqual({ url: '/v1/workspaces', method: 'GET' });
  });

  it.each([
    ['/v1/nothing', { error: { code: 'NOT_FOUND', request_id: 'id-of-call' } }],
    ['/v1/workspaces/', { error: { code: 'NOT_FOUND' } }],
    ['/V1/workspaces', { error: { code: 'NOT_FOUND' } }],
    ['/internal/leases', { error: { code: 'NOT_FOUND' } }],
    ['/api/user/nothing', { success: false, status: 404, meta: { requestId: 'id-of-call' } }],
    ['/v1/me/nothing', { success: false, error: { code: 'NOT_FOUND', requestId: 'id-of-call' } }],
    ['/v1/oauth/nothing', { error: 'invalid_request' }],
  ])('404 in the dialect of %s', async (path, body) => {
    const { status, answer } = await refused(get(path, 'X-Request-Id: id-of-call'));
    expect(status).toBe(404);
    expect(bodyOf(answer)).toMatchObject(body);
    expect(answer).toMatch(/\r\nx-request-id: id-of-call\r\n/i);
    expect(answer).toMatch(/\r\n(?:x-)?ratelimit-remaining: \d+\r\n/i);
  });

  it('405 with Allow, in the dialect', async () => {
    const { status, answer } = await refused(get('/api/auth/sign-in/email'));
    expect(status).toBe(405);
    expect(answer).toMatch(/\r\nallow: OPTIONS, POST\r\n/i);
    expect(bodyOf(answer)).toMatchObject({ success: false, status: 405 });
    expect((await refused(get('/v1/workspaces/x').replace('GET', 'TRACE'))).status).toBe(405);
  });

  it('OPTIONS: 204 with Allow', async () => {
    const { status, answer } = await refused(get('/v1/workspaces/x').replace('GET', 'OPTIONS'));
    expect(status).toBe(204);
    expect(answer).toMatch(/\r\nallow: GET, HEAD, OPTIONS, PATCH\r\n/i);
  });

  it("a document's host serves its own surface only", async () => {
    const under = (host: string) => (path: string) =>
      raw(get(path).replace('localhost', host)).then(statusOf);
    expect(await under('api.heimdall.productcraft.co')('/v1/apps/a')).toBe(200);
    expect(await under('api.heimdall.productcraft.co')('/v1/workspaces')).toBe(404);
    expect(await under('api.auth.productcraft.co')('/v1/workspaces')).toBe(200);
    expect(await under('api.craft.fast')('/v1/me')).toBe(200);
    expect(await under('api.craft.fast')('/v1/apps/a')).toBe(404);
  });
});

describe('what is refused before it reaches a service', () => {
  const request = (line: string, ...headers: string[]) => [line, ...headers, '', ''].join('\r\n');
  it.each([
    ['absolute form', get('http://localhost/v1/workspaces'), 400],
    ['encoded slash', get('/v1/workspaces/a%2Fmembers'), 400],
    ['dot segments', get('/v1/workspaces/../workspaces'), 400],
    ['double slash', get('//v1/workspaces'), 400],
    ['two Hosts', get('/v1/workspaces', 'Host: other'), 400],
    ['no Host', request('GET /v1/workspaces HTTP/1.1', 'Connection: close'), 400],
    ['two Authorizations', get('/v1/workspaces', 'Authorization: a', 'Authorization: b'), 400],
    ['websocket', get('/v1/workspaces', 'Upgrade: websocket', 'Connection: Upgrade'), 400],
    ['CONNECT', request('CONNECT localhost:443 HTTP/1.1', 'Host: localhost:443'), 405],
    ['a long URL', get(`/v1/workspaces/${'a'.repeat(9000)}`), 414],
    ['many bytes of headers', get('/v1/workspaces', `X-A: ${'a'.repeat(20_000)}`), 431],
    ['very many bytes of headers', get('/v1/workspaces', `X-A: ${'a'.repeat(90_000)}`), 431],
    ['a control character in a header', get('/v1/workspaces', 'X-A: a\x01b'), 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'length and chunks',
      get('/v1/workspaces', 'Content-Length: 4', 'Transfer-Encoding: chunked').replace('GET', 'POST') +
        '0\r\n\r\n',
      400,
    ],
    [
      'a bare line feed in a chunk size',
      get('/v1/workspaces', 'Transfer-Encoding: chunked').replace('GET', 'POST') + '1 \n',
      400,
    ],
  ])('%s', async (_what, bytes, status) => {
    const { status: answered, answer } = await refused(bytes);
    expect(answered).toBe(status);
    expect(bodyOf(answer)).toMatchObject({ error: { request_id: expect.any(String) as unknown } });
    expect(answer).toMatch(/\r\nx-request-id: /i);
  });

  it('a second request hidden in the body of a GET stays a body', async () => {
    const hidden = 'DELETE /v1/workspaces HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const chunked = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const request = await passed(get('/v1/workspaces', 'Transfer-Encoding: chunked') + chunked);
    expect(request.headers['transfer-encoding']).toBe('chunked');
  });
});

describe('the gateway itself', () => {
  it('is alive, and says what is behind it', async () => {
    expect(await (await fetch(`${gateway.origin}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${gateway.origin}/`)).json()).toMatchObject({
      api: { openapi: '/openapi.json' },
    });
    const document = (await (await fetch(`${gateway.origin}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths).length).toBeGreaterThan(10);
    expect((await fetch(`${gateway.origin}/openapi.json`, { method: 'POST' })).status).toBe(405);
  });

  it('is ready when every service is', async () => {
    // audit is nowhere
    const answer = await fetch(`${gateway.origin}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not_ready',
      services: {
        platform: 'ready',
        'heimdall-admin': 'ready',
        tokens: 'ready',
        audit: 'not_ready',
        projects: 'ready',
      },
    });
    const whole = await startGateway(
      {
        platform: upstream.origin,
        tokens: upstream.origin,
        'heimdall-admin': upstream.origin,
        projects: upstream.origin,
      },
      { environment: { UPSTREAM_AUDIT: `http://127.0.0.1:1,${upstream.origin}` } },
    );
    expect((await fetch(`${whole.origin}/readyz`)).status).toBe(200);
    await whole.close();
  });

  it('shows its metrics to this machine, not to whoever comes through a proxy', async () => {
    const answer = await fetch(`${gateway.origin}/metrics`);
    expect(await answer.text()).toMatch(/gateway_request_duration_seconds_count\{service="platform"/);
    expect(statusOf(await raw(get('/metrics', 'X-Forwarded-For: 203.0.113.1')))).toBe(404);
    const closed = await startGateway({}, { environment: { METRICS_TOKEN: 'a-token-of-some-length' } });
    expect((await fetch(`${closed.origin}/metrics`)).status).toBe(404);
    const bearer = { Authorization: 'Bearer a-token-of-some-length' };
    expect((await fetch(`${closed.origin}/metrics`, { headers: bearer })).status).toBe(200);
    await closed.close();
  });

  it('logs the route, never what the caller carries', async () => {
    await raw(
      get(
        '/v1/workspaces/secret-slug?token=secret-query',
        'Authorization: Bearer secret-token',
        'Cookie: s=secret',
      ),
    );
    await raw(get('/v1/secret-unmatched'));
    expect(gateway.log()).toContain('"route":"/v1/workspaces/:ws"');
    expect(gateway.log()).not.toContain('secret');
  });
});

describe('the limit per address', () => {
  it('counts what is refused before its turn, says so, and names the field', async () => {
    const first = await raw(get('/v1//workspaces'));
    const second = await raw(get('/v1/%2e/workspaces'));
    const remaining = (answer: string) => Number(/x-ratelimit-remaining: (\d+)/i.exec(answer)?.[1]);
    expect([statusOf(first), statusOf(second)]).toEqual([400, 400]);
    expect(remaining(second)).toBe(remaining(first) - 1);
    expect(bodyOf(first)).toMatchObject({
      error: { code: 'AMBIGUOUS_REQUEST', details: [{ field: 'path' }] },
    });
  });

  it('refuses with 429 in the dialect and its headers, and leaves probes alone', async () => {
    const limited = await startGateway({ platform: upstream.origin }, { environment: { LIMIT_EDGE: '2' } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`${limited.origin}/v1/workspaces`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const answer = await fetch(`${limited.origin}/api/user/me`);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('ratelimit-limit')).toBe('2');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ success: false, status: 429, code: 'RATE_LIMIT_ERROR' });
    expect((await fetch(`${limited.origin}/v1/workspaces`)).headers.get('x-ratelimit-limit')).toBe('2');
    expect((await fetch(`${limited.origin}/healthz`)).status).toBe(200);
    await limited.close();
  });

  it('counts the caller behind a trusted proxy, and nobody else’s claim', async () => {
    const behind = await startGateway(
      { platform: upstream.origin },
      { environment: { LIMIT_EDGE: '1', TRUSTED_PROXIES: '127.0.0.0/8' } },
    );
    const as = async (address: string) =>
      (await fetch(`${behind.origin}/v1/workspaces`, { headers: { 'X-Forwarded-For': address } })).status;
    expect([await as('203.0.113.1'), await as('203.0.113.2'), await as('9.9.9.9, 203.0.113.1')]).toEqual([
      200, 200, 429,
    ]);
    const signed = String(seen.at(-1)!.headers['x-client-address']);
    expect(signed).toMatch(/^203\.0\.113\.2;/);
    await behind.close();
  });
});
