/**
 * What end users' requests wait on, beside others in one run (guarantee 24):
 *   node bench/authorize.ts [seconds per round]
 * 1. `POST /v1/authorize`, warm and with an app API key, against oidc-provider's introspection of an opaque token;
 * 2. client-credentials tokens against raw RS256 signatures in the thread pool, as many at a time as come at once.
 * Beside both stands the floor: a bare Express route that is sent the same request and gives the same answer, and for
 * tokens signs it first. It checks, limits, counts and audits nothing.
 * Needs wrk on the PATH (or WRK=/path/to/wrk). Rounds alternate, medians are compared; absolute figures say little.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withStack } from '../infra/stack/with-stack.ts';
import { connectSuite, createWorld, readStackFile } from '../packages/testing/src/index.ts';

const rounds = 3;
const atOnce = 32;
const client = { client_id: 'bench', client_secret: 'a-secret-of-the-bench-and-of-nothing-else' };

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Figures {
  readonly perSecond: number;
  /** Processor time of the process, all its threads; steadier than a rate where the machine is shared. */
  readonly microsecondsEach: number;
}

/** The peer: certified, tokens in memory, nothing audited. Its types are not published with it. */
async function serveOidc(): Promise<void> {
  const name: string = 'oidc-provider';
  const { Provider } = (await import(name)) as {
    Provider: new (issuer: string, configuration: object) => { callback(): RequestListener };
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ ...client, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: false },
    },
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    cookies: { keys: ['bench'] },
  });
  server.on('request', provider.callback());
  process.send?.(port);
}

/** The floor: what any answer costs that Express gives, with a signature in the thread pool where it is told to sign. */
async function serveBare(answer: unknown, isSigned: boolean): Promise<void> {
  // The services' own copy: this folder has none.
  const load = createRequire(new URL('../packages/http/package.json', import.meta.url));
  const express = load('express') as {
    (): RequestListener & { post(path: string, ...handlers: unknown[]): void };
    json(): unknown;
  };
  const app = express();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = Buffer.alloc(600, 'x');
  const give = (_req: unknown, res: { json(body: unknown): void }) => {
    if (!isSigned) return res.json(answer);
    return sign('RSA-SHA256', input, privateKey, () => res.json(answer));
  };
  app.post('/{*any}', express.json(), give);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

/** One signature after the other, so many under way at a time: what the cores can do of it, and nothing else. */
async function signRaw(seconds: number): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = Buffer.alloc(600, 'x');
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  let signed = 0;
  const one = () =>
    new Promise<void>((resolve, reject) =>
      sign('RSA-SHA256', input, privateKey, (error) => (error ? reject(error) : resolve())),
    );
  const worker = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      await one();
      signed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { user, system } = process.cpuUsage(before);
  const took = (performance.now() - startedAt) / 1000;
  process.send?.({ perSecond: signed / took, microsecondsEach: (user + system) / signed } satisfies Figures);
}

function start(role: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [role, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

async function rawRound(seconds: number): Promise<Figures> {
  const [figures] = (await once(start('sign', String(seconds)), 'message')) as [Figures];
  return figures;
}

/** Throws when any answer was not 2xx. */
function measure(pid: number, { url, headers, body }: Request, seconds: number, folder: string): Figures {
  const script = join(folder, 'request.lua');
  const fields = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  );
  writeFileSync(script, ['wrk.method = "POST"', `wrk.body = ${JSON.stringify(body)}`, ...fields].join('\n'));
  const before = processorTime(pid);
  const load = ['-t1', `-c${String(atOnce)}`, `-d${String(seconds)}s`, '-s', script, url];
  const report = execFileSync(process.env['WRK'] ?? 'wrk', load, { encoding: 'utf8' });
  if (report.includes('Non-2xx') || report.includes('Socket errors')) throw new Error(report);
  return {
    perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(report)?.[1]),
    microsecondsEach: ((processorTime(pid) - before) * 1e6) / Number(/(\d+) requests in/.exec(report)?.[1]),
  };
}

/** User and system time of a process in seconds: fields 14 and 15 of /proc/<pid>/stat, in hundredths. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;

/** One line each, and how `ours` stands to each of the others. */
function report(figures: Record<string, Figures[]>, ours: string, targets: Record<string, string>): void {
  const of = (name: string, what: keyof Figures) => median((figures[name] ?? []).map((each) => each[what]));
  for (const name of [ours, ...Object.keys(targets)])
    console.log(
      `${name.padEnd(36)} ${String(Math.round(of(name, 'perSecond')))}/s ` +
        `(${(figures[name] ?? []).map(({ perSecond }) => Math.round(perSecond)).join(' ')}), ` +
        `${String(Math.round(of(name, 'microsecondsEach')))} µs of processor each`,
    );
  for (const [theirs, target] of Object.entries(targets)) {
    const rate = of(ours, 'perSecond') / of(theirs, 'perSecond');
    const cost = of(theirs, 'microsecondsEach') / of(ours, 'microsecondsEach');
    console.log(
      `${ours} to ${theirs}: ${rate.toFixed(2)} by rate, ${cost.toFixed(2)} by processor time (${target})`,
    );
  }
  console.log('');
}

async function compare(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const oidc = start('oidc');
  try {
    const [port] = (await once(oidc, 'message')) as [number];
    const introspection = await introspectionOf(`http://127.0.0.1:${String(port)}`);
    await withStack({ env: { STRICT_RESPONSES: '0' } }, async (stackFile, stack) => {
      const suite = await connectSuite(readStackFile(stackFile));
      const world = await createWorld(suite);
      await suite.close();
      const origin = suite.serviceUrl('tokens');
      const json = { 'content-type': 'application/json' };
      const authorize: Request = {
        url: `${origin}/v1/authorize`,
        headers: { ...json, authorization: `Bearer ${world.appKey.secret}` },
        body: JSON.stringify({ token: world.accessToken, permission: 'projects:read' }),
      };
      const issue: Request = {
        url: `${origin}/v1/apps/${world.app.id}/tokens`,
        headers: json,
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: world.credential.clientId,
          client_secret: world.credential.secret,
        }),
      };
      const pid = stack.process('tokens').pid ?? 0;
      const figures: Record<string, Figures[]> = {};
      const note = (name: string, measured: Figures) => (figures[name] ??= []).push(measured);
      const floors = [await startFloor(authorize, false), await startFloor(issue, true)] as const;
      try {
        const [bareRoute, bareSigning] = floors;
        measure(pid, authorize, 2, folder);
        measure(oidc.pid ?? 0, introspection, 2, folder);
        measure(bareRoute.pid, bareRoute.request, 2, folder);
        for (let round = 0; round < rounds; round++) {
          note('introspection', measure(oidc.pid ?? 0, introspection, seconds, folder));
          note('authorize', measure(pid, authorize, seconds, folder));
          note('bare Express route', measure(bareRoute.pid, bareRoute.request, seconds, folder));
        }
        measure(pid, issue, 2, folder);
        measure(bareSigning.pid, bareSigning.request, 2, folder);
        for (let round = 0; round < rounds; round++) {
          note('raw signatures', await rawRound(seconds));
          note('issue', measure(pid, issue, seconds, folder));
          note(
            'bare Express route that signs',
            measure(bareSigning.pid, bareSigning.request, seconds, folder),
          );
        }
      } finally {
        for (const { child } of floors) child.kill();
      }
      report(figures, 'authorize', { introspection: 'target 3.00', 'bare Express route': 'the floor' });
      report(figures, 'issue', {
        'raw signatures': 'target 0.90',
        'bare Express route that signs': 'the floor',
      });
      report(figures, 'bare Express route', { introspection: 'the most that Express can reach' });
      report(figures, 'bare Express route that signs', {
        'raw signatures': 'the most that Express can reach',
      });
    });
  } finally {
    oidc.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A bare Express route that answers as ours does: its process, and the same request for it. */
async function startFloor(ours: Request, isSigned: boolean) {
  const { url, headers, body } = ours;
  const answer = await (await fetch(url, { method: 'POST', headers, body })).text();
  const child = start('bare', answer, isSigned ? 'signed' : '');
  const [port] = (await once(child, 'message')) as [number];
  const request: Request = { ...ours, url: `http://127.0.0.1:${String(port)}${new URL(url).pathname}` };
  return { child, pid: child.pid ?? 0, request };
}

/** A request to introspect a live token; throws where it is not answered `active`. */
async function introspectionOf(origin: string): Promise<Request> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
  };
  const issued = await fetch(`${origin}/token`, {
    method: 'POST',
    headers,
    body: 'grant_type=client_credentials',
  });
  const { access_token: token = '' } = (await issued.json()) as { access_token?: string };
  const request = { url: `${origin}/token/introspection`, headers, body: `token=${token}` };
  const answer = await fetch(request.url, { method: 'POST', headers, body: request.body });
  const text = await answer.text();
  if (!text.includes('"active":true')) throw new Error(`introspection answered ${text}`);
  return request;
}

const [role = '', argument = '', more = ''] = process.argv.slice(2);
if (role === 'oidc') await serveOidc();
else if (role === 'bare') await serveBare(JSON.parse(argument), more === 'signed');
else if (role === 'sign') await signRaw(Number(argument));
else {
  await compare(Number(role || 4));
  process.exit(0);
}
