import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Stack } from './stack.ts';

export interface ControlServer {
  url: string;
  token: string;
  close(): Promise<void>;
}

/**
 * Lets tests freeze, kill and multiply the processes of a running suite, on loopback and by a token of this run.
 * `GET /processes`, `POST /processes/<name>/<verb>`, `POST /instances {process, env}`; answers when the thing is done.
 */
export async function startControlServer(stack: Stack): Promise<ControlServer> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    answer(stack, token, request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) =>
        response
          .writeHead(500, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) })),
    );
  });
  // A test may think for longer than node's five seconds, and would then write to a connection that is just being closed.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Reply {
  status: number;
  body: unknown;
}

async function answer(stack: Stack, token: string, request: IncomingMessage): Promise<Reply> {
  if (!isAuthorized(request, token)) return { status: 401, body: { error: 'wrong token' } };
  const [first, name, verb] = (request.url ?? '').split('/').filter((part) => part !== '');
  const route = `${request.method} ${first}`;
  if (route === 'GET processes') return { status: 200, body: listProcesses(stack) };
  if (route === 'POST instances') {
    const { process, env } = JSON.parse(await readBody(request)) as {
      process: string;
      env?: Record<string, string>;
    };
    const started = await stack.startInstance(process as Parameters<Stack['startInstance']>[0], env);
    return { status: 200, body: { name: started.process.name, url: started.url } };
  }
  if (route === 'POST processes' && name !== undefined && verb !== undefined) return act(stack, name, verb);
  return { status: 404, body: { error: 'no such route' } };
}

function listProcesses(stack: Stack): unknown[] {
  return stack.processes().map((process) => ({
    name: process.name,
    pid: process.pid ?? 0,
    state: process.pid === null ? 'stopped' : 'running',
    deaths: process.deaths,
    ...(process.tier === 'engine' ? {} : { url: `http://127.0.0.1:${process.port}` }),
  }));
}

async function act(stack: Stack, name: string, verb: string): Promise<Reply> {
  const target = stack.process(name);
  const verbs: Record<string, () => Promise<void>> = {
    start: () => target.start(),
    stop: () => (/-\d+$/.test(name) ? stack.stopInstance(name) : target.stop()),
    kill: () => target.kill(),
    crash: () => target.crash(),
    restart: () => target.restart(),
    pause: async () => target.pause(),
    resume: async () => target.resume(),
  };
  const run = verbs[verb];
  if (run === undefined) return { status: 404, body: { error: `there is no ${verb}` } };
  await run();
  return { status: 200, body: {} };
}

function isAuthorized(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
