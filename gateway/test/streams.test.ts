import { afterEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway, startUpstream } from './scratch.ts';
import type { ScratchGateway, Scratch } from './scratch.ts';

const open: Scratch[] = [];
afterEach(async () => {
  for (const scratch of open.splice(0)) await scratch.close();
});

async function through(
  handler: Parameters<typeof startUpstream>[0],
  environment: Record<string, string> = {},
): Promise<ScratchGateway> {
  const upstream = await startUpstream(handler);
  const gateway = await startGateway({ platform: upstream.origin, tokens: upstream.origin }, { environment });
  open.push(gateway, upstream);
  return gateway;
}

const megabyte = 1024 * 1024;
const chunk = randomBytes(64 * 1024);
function* megabytes(count: number, onEach: () => void): Generator<Buffer> {
  for (let i = 0; i < count * 16; i++) {
    onEach();
    yield chunk;
  }
}

/** Largest memory beyond the heap's start while something streams; heap and buffers are both in the resident set. */
function memoryWatch(): { look: () => void; grownBy: () => number } {
  const before = process.memoryUsage.rss();
  let most = before;
  return {
    look: () => (most = Math.max(most, process.memoryUsage.rss())),
    grownBy: () => most - before,
  };
}

async function digestOf(body: AsyncIterable<Buffer>, onEach: () => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of body) {
    onEach();
    hash.update(part);
  }
  return hash.digest('hex');
}

describe('bodies pass as streams', () => {
  it('200 MB up and the same down again, chunked, with flat memory', async () => {
    const size = 200;
    const gateway = await through((request, response) => {
      request.pipe(response);
    });
    const expected = await digestOf(Readable.from(megabytes(size, () => undefined)), () => undefined);
    const memory = memoryWatch();
    const answer = await fetch(`${gateway.origin}/v1/workspaces`, {
      method: 'POST',
      body: Readable.toWeb(Readable.from(megabytes(size, memory.look))) as ReadableStream,
      duplex: 'half',
    });
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await digestOf(answer.body as unknown as AsyncIterable<Buffer>, memory.look)).toBe(expected);
    // Caller, gateway and service are this one process; a body held anywhere would be all of the size or more.
    expect(memory.grownBy()).toBeLessThan(size * 0.8 * megabyte);
  }, 60_000);

  it('a part arrives before the next is sent', async () => {
    let finish = (): void => undefined;
    const gateway = await through((_request, response) => {
      response.write('first');
      finish = () => response.end('last');
    });
    const answer = await fetch(`${gateway.origin}/v1/workspaces`);
    const reader = answer.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('first');
    finish();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('last');
    expect((await reader.read()).done).toBe(true);
  });

  it('an upload that comes slowly, with pauses longer than a service may make, arrives whole', async () => {
    const gateway = await through(
      (request, response) => {
        void digestOf(request, () => undefined).then((digest) => response.end(digest));
      },
      { UPSTREAM_TIMEOUT_MS: '300' },
    );
    async function* slowly() {
      for (const part of ['a', 'b', 'c', 'd', 'e']) {
        yield Buffer.from(part);
        await sleep(part === 'c' ? 700 : 100);
      }
    }
    const answer = await fetch(`${gateway.origin}/v1/workspaces`, {
      method: 'POST',
      body: Readable.toWeb(Readable.from(slowly())) as ReadableStream,
      duplex: 'half',
    });
    expect(await answer.text()).toBe(createHash('sha256').update('abcde').digest('hex'));
  });

  it('an answer given before the upload ends reaches the caller', async () => {
    const gateway = await through((request, response) => {
      response.statusCode = 413;
      response.end('too much');
      request.resume();
    });
    const request = httpRequest(`${gateway.origin}/v1/workspaces`, { method: 'POST' });
    request.write(chunk);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    request.end();
    answer.resume();
    await once(answer, 'end');
  });
});

describe('an end on one side is an end on the other', () => {
  it('a caller that goes away ends the call at the service', async () => {
    const aborted = Promise.withResolvers<void>();
    const gateway = await through((_request, response) => {
      response.write('first');
      response.on('close', () => aborted.resolve());
    });
    const controller = new AbortController();
    const answer = await fetch(`${gateway.origin}/v1/workspaces`, { signal: controller.signal });
    await answer.body!.getReader().read();
    controller.abort();
    await aborted.promise;
  });

  it('a caller that goes away while it uploads ends the call at the service', async () => {
    const began = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<boolean>();
    const gateway = await through((request) => {
      request.once('data', () => began.resolve());
      request.on('close', () => aborted.resolve(request.complete));
      request.on('error', () => undefined);
    });
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write('POST /v1/workspaces HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome');
    await began.promise;
    socket.destroy();
    expect(await aborted.promise).toBe(false);
  });

  it.each([
    ['with a length', { 'Content-Length': '1000' }],
    ['in chunks', {}],
  ])('a service that dies in its answer (%s) does not look finished', async (_how, headers) => {
    const gateway = await through((_request, response) => {
      response.writeHead(200, headers);
      response.write('first');
      setTimeout(() => response.destroy(), 50);
    });
    const answer = await fetch(`${gateway.origin}/v1/workspaces`);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });
});
