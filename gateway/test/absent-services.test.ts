import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway, startUpstream } from './scratch.ts';
import type { Scratch, ScratchGateway } from './scratch.ts';

const open: Scratch[] = [];
afterEach(async () => {
  for (const scratch of open.splice(0)) await scratch.close();
});
async function upstream(handler: RequestListener, port = 0): Promise<Scratch> {
  const started = await startUpstream(handler, port);
  open.push(started);
  return started;
}
async function gatewayTo(...args: Parameters<typeof startGateway>): Promise<ScratchGateway> {
  const started = await startGateway(...args);
  open.unshift(started); // drained before its services go
  return started;
}

describe('503 when no instance takes the connection', () => {
  it.each([
    ['/v1/workspaces', { error: { code: 'SERVICE_UNAVAILABLE' } }],
    ['/api/user/me', { success: false, status: 503, meta: { requestId: expect.any(String) } }],
    ['/v1/me', { success: false, error: { code: 'SERVICE_UNAVAILABLE' } }],
  ])('in the dialect of %s, with Retry-After and without names', async (path, body) => {
    const gateway = await gatewayTo({});
    const answer = await fetch(gateway.origin + path);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject(body);
    expect(text).not.toMatch(/127\.0\.0\.1|ECONN|platform|tokens/);
  });

  it('also to a caller that is still uploading', async () => {
    const gateway = await gatewayTo({});
    const body = Buffer.alloc(5_000_000);
    const answer = await fetch(`${gateway.origin}/v1/workspaces`, { method: 'POST', body });
    expect(answer.status).toBe(503);
  });
});

describe('502 when a service breaks off or talks nonsense', () => {
  it.each([
    ['a reset', (socket: { destroy(): void }) => socket.destroy()],
    ['no HTTP', (socket: { end(text: string): void }) => socket.end('hello\r\n\r\n')],
  ])('%s', async (_what, answerWith) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answerWith(socket));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const gateway = await gatewayTo({
      platform: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    const answer = await fetch(`${gateway.origin}/v1/workspaces`);
    expect(answer.status).toBe(502);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.text()).not.toMatch(/ECONN|HPE|Parse/);
    server.close();
  });
});

describe('504 when a service is silent', () => {
  it('in the dialect, and the call is ended', async () => {
    const ended = Promise.withResolvers<void>();
    const silent = await upstream((request) => request.on('close', () => ended.resolve()));
    const gateway = await gatewayTo(
      { tokens: silent.origin },
      { environment: { UPSTREAM_TIMEOUT_MS: '200' } },
    );
    const answer = await fetch(`${gateway.origin}/v1/me`);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ success: false, error: { code: 'GATEWAY_TIMEOUT' } });
    await ended.promise;
  });
});

describe('several instances', () => {
  it('share the calls, and one that goes is not noticed, whatever the method', async () => {
    const served = { a: 0, b: 0 };
    const handler =
      (name: 'a' | 'b'): RequestListener =>
      (request, response) => {
        served[name] += 1;
        request.pipe(response);
      };
    const a = await upstream(handler('a'));
    const b = await upstream(handler('b'));
    const gateway = await gatewayTo({ platform: `${a.origin},${b.origin}` });
    const post = async (): Promise<number> => {
      const answer = await fetch(`${gateway.origin}/v1/workspaces`, {
        method: 'POST',
        body: 'x'.repeat(100_000),
      });
      await answer.text();
      return answer.status;
    };
    await Promise.all(Array.from({ length: 40 }, post));
    expect(Math.min(served.a, served.b)).toBeGreaterThan(5);

    await a.close();
    const before = served.b;
    for (let i = 0; i < 20; i++) expect(await post()).toBe(200);
    expect(served.b).toBe(before + 20);

    // It comes back, and gets its share again once its time out has passed.
    const again = await upstream(handler('a'), a.port);
    await sleep(1100);
    const was = served.a;
    await Promise.all(Array.from({ length: 60 }, post));
    expect(served.a).toBeGreaterThan(was);
    expect(again.port).toBe(a.port);
  });

  it('a kept connection that its service closes at the same moment costs a GET nothing', async () => {
    let calls = 0;
    const shortLived = await upstream((request, response) => {
      calls += 1;
      // Every second call on a connection meets a service that hangs up on it.
      const { socket } = request as typeof request & { socket: { used?: boolean } };
      if (socket.used === true) return void socket.destroy();
      socket.used = true;
      response.end('ok');
    });
    const gateway = await gatewayTo({ platform: shortLived.origin });
    for (let i = 0; i < 10; i++) {
      const answer = await fetch(`${gateway.origin}/v1/workspaces`);
      expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    }
    expect(calls).toBeGreaterThan(10);
    // What may have been carried out is not sent twice.
    const statuses = [];
    for (let i = 0; i < 4; i++)
      statuses.push((await fetch(`${gateway.origin}/v1/workspaces`, { method: 'POST', body: 'x' })).status);
    expect(statuses).toContain(502);
  });
});

describe('draining', () => {
  it('finishes what is under way, takes nothing new, and says so', async () => {
    const slow = await upstream((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 400);
    });
    const gateway = await startGateway({ platform: slow.origin }, { environment: { DRAIN_DELAY_MS: '150' } });
    const underWay = fetch(`${gateway.origin}/v1/workspaces`);
    await sleep(100);
    const drained = gateway.gateway.drain(5000);
    const ready = await fetch(`${gateway.origin}/readyz`);
    expect(ready.status).toBe(503);
    expect(ready.headers.get('connection')).toBe('close');
    await sleep(200);
    await expect(fetch(`${gateway.origin}/healthz`)).rejects.toThrow();
    expect(await (await underWay).text()).toBe('first last');
    const began = performance.now();
    await drained;
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('ends what does not end by itself', async () => {
    const endless = await upstream((_request, response) => void response.write('first'));
    const gateway = await startGateway({ platform: endless.origin });
    const answer = await fetch(`${gateway.origin}/v1/workspaces`);
    await gateway.gateway.drain(200);
    await expect(answer.text()).rejects.toThrow();
  });
});
