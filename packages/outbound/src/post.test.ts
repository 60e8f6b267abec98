import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { createPost, OutboundFailed } from './post.ts';
import { publicTargets, TargetRefused } from './target-policy.ts';
import { webhookHeaders } from './webhook-signature.ts';
import { createHmac } from 'node:crypto';

let server: Server;
let port: number;
const got: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      got.push({ path: req.url ?? '', headers: req.headers, body });
      if (req.url === '/moved') return void res.writeHead(302, { location: '/there' }).end();
      if (req.url === '/large') return void res.writeHead(200).end('x'.repeat(1_000_000));
      if (req.url === '/busy') return void res.writeHead(503, { 'retry-after': '7' }).end();
      if (req.url !== '/silent') res.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = { allowPrivate: true, ports: [] };
const local = () => Promise.resolve(['127.0.0.1']);

describe('what is posted', () => {
  it('goes to the address that was checked, under its name', async () => {
    const asked: string[] = [];
    const resolve = (host: string) => (asked.push(host), local());
    const answer = await createPost({ policy: open, resolve })(
      `http://receiver.example:${port}/x`,
      { a: 'b' },
      '{"ä":1}',
    );
    expect(answer).toEqual({ status: 204, retryAfter: null });
    expect(asked).toEqual(['receiver.example']);
    expect(got.at(-1)).toMatchObject({ path: '/x', body: '{"ä":1}' });
    expect(got.at(-1)?.headers).toMatchObject({ host: `receiver.example:${port}`, a: 'b' });
  });

  it('does not follow a redirect, nor read a large answer to its end, and tells when to come again', async () => {
    const post = createPost({ policy: open, resolve: local });
    const before = got.length;
    expect((await post(`http://r.example:${port}/moved`, {}, '{}')).status).toBe(302);
    expect(got.length).toBe(before + 1);
    expect((await post(`http://r.example:${port}/large`, {}, '{}')).status).toBe(200);
    expect(await post(`http://r.example:${port}/busy`, {}, '{}')).toEqual({ status: 503, retryAfter: 7 });
  });

  it('is not waited for longer than its time', async () => {
    const post = createPost({ policy: open, resolve: local, timeoutMs: 60 });
    await expect(post(`http://r.example:${port}/silent`, {}, '{}')).rejects.toThrow('did not answer in time');
    const never = createPost({ policy: open, resolve: () => new Promise(() => undefined), timeoutMs: 60 });
    await expect(never(`http://r.example:${port}/`, {}, '{}')).rejects.toThrow('in time');
  });

  it.each([
    [
      'takes it for an upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      101,
    ],
    ['hangs up', '', 'ECONNRESET'],
  ])(
    'ends although the receiver %s',
    async (_, says, expected) => {
      const receiver = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => (says === '' ? socket.destroy() : socket.write(says)));
      });
      await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
      const { port: own } = receiver.address() as AddressInfo;
      const answer = createPost({ policy: open, resolve: local, timeoutMs: 5_000 })(
        `http://r.example:${String(own)}/`,
        {},
        '{}',
      );
      expect(
        await answer.then(
          ({ status }) => status,
          (error: Error) => error.message,
        ),
      ).toBe(expected);
      receiver.close();
    },
    4_000,
  );

  it('reaches nothing private, whatever the name said before', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']];
    const resolve = () => Promise.resolve(answers.shift() ?? ['127.0.0.1']);
    const post = createPost({ policy: publicTargets, resolve, timeoutMs: 50 });
    // Allowed by its address, though nobody answers there from here.
    await expect(post('https://rebinding.example/', {}, '{}')).rejects.toThrow(OutboundFailed);
    await expect(post('https://rebinding.example/', {}, '{}')).rejects.toThrow(TargetRefused);
  });

  it('is signed as Standard Webhooks says, by each secret', () => {
    const secrets = [
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
    ];
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    const headers = webhookHeaders(message, secrets);
    // The example of the specification's own libraries.
    const own = createHmac('sha256', Buffer.alloc(32, 1)).update(
      'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}',
    );
    expect(headers['webhook-signature']).toBe(
      `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,${own.digest('base64')}`,
    );
    expect(headers['webhook-timestamp']).toBe('1614265330');
  });
});
