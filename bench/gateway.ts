/**
 * The gateway against a bare http-proxy-middleware 4 proxy, both in front of the same static upstream, in one run:
 *   REDIS_URL=redis://… node bench/gateway.ts [seconds per round]
 * Needs wrk on the PATH (or WRK=/path/to/wrk). Rounds alternate, medians are compared; absolute figures say little.
 */
import { execFileSync, fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const path = '/v1/workspaces/ws_bench';
const rounds = 5;
const started: ChildProcess[] = [];

async function announce(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

async function upstream(): Promise<void> {
  const body = JSON.stringify({ id: 'ws_bench', slug: 'bench', display_name: 'Bench' });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  await announce(createServer((_request, response) => response.writeHead(200, headers).end(body)));
}

async function bare(target: string): Promise<void> {
  // The gateway's own copies: the repository's root has neither.
  const load = createRequire(new URL('../gateway/package.json', import.meta.url));
  const express = load('express') as () => RequestListener & { use(handler: unknown): void };
  const { createProxyMiddleware } = load('http-proxy-middleware') as {
    createProxyMiddleware: (options: { target: string; changeOrigin: boolean }) => unknown;
  };
  const app = express();
  app.use(createProxyMiddleware({ target, changeOrigin: true }));
  await announce(createServer(app));
}

interface Door {
  child: ChildProcess;
  port: number;
}

async function start(role: string, ...args: string[]): Promise<Door> {
  const child = fork(fileURLToPath(import.meta.url), [role, ...args]);
  started.push(child);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

async function startGateway(origin: string): Promise<Door> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const child = fork(fileURLToPath(new URL('../gateway/src/main.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PORT: String(port),
      EDGE_SECRET: 'bench-edge-secret-bench',
      LIMIT_EDGE: '1000000000',
      ...Object.fromEntries(
        ['PLATFORM', 'HEIMDALL_ADMIN', 'TOKENS', 'AUDIT', 'PROJECTS'].map((name) => [
          `UPSTREAM_${name}`,
          origin,
        ]),
      ),
    },
  });
  started.push(child);
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { child, port };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The gateway did not come up');
}

interface Figures {
  perSecond: number;
  /** Processor time of the proxy's process; steadier than a rate where the machine is shared. */
  microsecondsEach: number;
}

/** Throws when any answer was not 2xx. */
function measure({ child, port }: Door, seconds: number): Figures {
  const before = processorTime(child);
  const load = ['-t1', '-c32', `-d${seconds}s`, `http://127.0.0.1:${port}${path}`];
  const report = execFileSync(process.env['WRK'] ?? 'wrk', load, { encoding: 'utf8' });
  if (report.includes('Non-2xx') || report.includes('Socket errors')) throw new Error(report);
  const requests = Number(/(\d+) requests in/.exec(report)?.[1]);
  return {
    perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(report)?.[1]),
    microsecondsEach: ((processorTime(child) - before) * 1e6) / requests,
  };
}

/** User and system time of a process in seconds: fields 14 and 15 of /proc/<pid>/stat, in hundredths. */
function processorTime({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const median = (figures: number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1]!;

async function compare(seconds: number): Promise<void> {
  const figures = { bare: [] as Figures[], gateway: [] as Figures[] };
  try {
    const service = await start('upstream');
    const origin = `http://127.0.0.1:${service.port}`;
    const doors = { bare: await start('bare', origin), gateway: await startGateway(origin) };
    for (const door of Object.values(doors)) measure(door, 3);
    for (let round = 0; round < rounds; round++)
      for (const name of ['bare', 'gateway'] as const) figures[name].push(measure(doors[name], seconds));
  } finally {
    for (const child of started) child.kill();
  }
  const medianOf = (name: keyof typeof figures, what: keyof Figures) =>
    median(figures[name].map((figure) => figure[what]));
  for (const name of ['bare', 'gateway'] as const)
    console.log(
      `${name.padEnd(8)} ${Math.round(medianOf(name, 'perSecond'))} requests/s`,
      `(${figures[name].map(({ perSecond }) => Math.round(perSecond)).join(' ')}),`,
      `${Math.round(medianOf(name, 'microsecondsEach'))} µs of processor each`,
    );
  const rate = medianOf('gateway', 'perSecond') / medianOf('bare', 'perSecond');
  const cost = medianOf('bare', 'microsecondsEach') / medianOf('gateway', 'microsecondsEach');
  console.log(`ratio    ${rate.toFixed(2)} by rate (target 0.80), ${cost.toFixed(2)} by processor time`);
}

const [role = '', argument = ''] = process.argv.slice(2);
if (role === 'upstream') await upstream();
else if (role === 'bare') await bare(argument);
else await compare(Number(role || 5));
