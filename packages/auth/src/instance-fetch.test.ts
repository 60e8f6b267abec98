import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInstanceFetch } from './instance-fetch.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function instance(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = (name: string) => instance((_request, response) => void response.end(name));
const silent = (asked: { calls: number }) =>
  instance(() => {
    asked.calls += 1;
  });
/** Nothing listens there any more. */
async function nowhere(): Promise<string> {
  const origin = await instance(() => undefined);
  servers.pop()?.close();
  return origin;
}
const once1 = { timeoutMs: 1_000, repeatable: false };
const again = { timeoutMs: 1_000, repeatable: true };

describe('fetch from several instances', () => {
  it('takes them in turn', async () => {
    const ask = createInstanceFetch([await answering('a'), await answering('b')]);
    const names = [];
    for (let i = 0; i < 4; i++) names.push(await (await ask('/', {}, once1)).text());
    expect(names).toEqual(['a', 'b', 'a', 'b']);
  });

  it('goes on to the next where nobody listens, whatever the call', async () => {
    const ask = createInstanceFetch([await nowhere(), await answering('b')]);
    for (let i = 0; i < 3; i++)
      expect(await (await ask('/', { method: 'POST', body: 'x' }, once1)).text()).toBe('b');
  });

  it('repeats what can be repeated when an instance is silent, and spares it then', async () => {
    const asked = { calls: 0 };
    const ask = createInstanceFetch([await silent(asked), await answering('b')]);
    const from = performance.now();
    expect(await (await ask('/', {}, again)).text()).toBe('b');
    expect(performance.now() - from).toBeLessThan(900);
    for (let i = 0; i < 6; i++) await (await ask('/', {}, again)).text();
    expect(asked.calls).toBe(1);
  });

  it('never repeats what may have been carried out', async () => {
    const taken = { calls: 0 };
    const b = await instance((_request, response) => {
      taken.calls += 1;
      response.end('b');
    });
    const hangsUp = await instance((request) => void request.socket.destroy());
    const ask = createInstanceFetch([hangsUp, b]);
    await expect(ask('/', { method: 'POST', body: 'x' }, once1)).rejects.toThrow();
    expect(taken.calls).toBe(0);
    expect(await (await createInstanceFetch([hangsUp, b])('/', {}, again)).text()).toBe('b');
  });

  it('rejects in time when all are silent', async () => {
    const ask = createInstanceFetch([await silent({ calls: 0 }), await silent({ calls: 0 })]);
    const from = performance.now();
    await expect(ask('/', {}, { timeoutMs: 300, repeatable: true })).rejects.toThrow();
    expect(performance.now() - from).toBeLessThan(900);
  });
});
