import type { Route } from '@pcft/contracts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { composeGateway } from '../src/compose.ts';
import type { Gateway } from '../src/compose.ts';
import { gatewayConfig } from '../src/config.ts';

/** Nothing listens there: connections are refused at once. */
export const nowhere = 'http://127.0.0.1:1';
export const edgeSecret = 'scratch-edge-secret';

const well: RequestListener = (_request, response) => void response.end('{"status":"ok"}');

export interface Scratch {
  origin: string;
  port: number;
  server: Server;
  close(): Promise<void>;
}

/** A real HTTP server that stands for a service; the gateway's own questions never reach the handler. */
export async function startUpstream(handler: RequestListener, port = 0, health = well): Promise<Scratch> {
  const server = createServer((request, response) =>
    (request.url === '/healthz' ? health : handler)(request, response),
  ).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return scratch(server);
}

export interface ScratchGateway extends Scratch {
  gateway: Gateway;
  /** Everything logged so far. */
  log(): string;
}

/** The real gateway on a free port; services that are not named refuse connections, and so does Redis. */
export async function startGateway(
  upstreams: { platform?: string; tokens?: string; 'heimdall-admin'?: string; projects?: string },
  options: { routes?: readonly Route[]; environment?: Record<string, string> } = {},
): Promise<ScratchGateway> {
  const log = new PassThrough();
  let logged = '';
  log.setEncoding('utf8').on('data', (chunk: string) => (logged += chunk));
  const config = gatewayConfig({
    PORT: '0',
    REDIS_URL: 'redis://127.0.0.1:1',
    EDGE_SECRET: edgeSecret,
    UPSTREAM_PLATFORM: upstreams.platform ?? nowhere,
    UPSTREAM_HEIMDALL_ADMIN: upstreams['heimdall-admin'] ?? nowhere,
    UPSTREAM_TOKENS: upstreams.tokens ?? nowhere,
    UPSTREAM_AUDIT: nowhere,
    UPSTREAM_PROJECTS: upstreams.projects ?? nowhere,
    LIMIT_EDGE: '1000000',
    LOG_LEVEL: 'debug',
    ...options.environment,
  });
  const gateway = composeGateway(config, { routes: options.routes ?? scratchRoutes, log });
  await gateway.listen();
  return { ...scratch(gateway.server), gateway, close: () => gateway.drain(200), log: () => logged };
}

function scratch(server: Server): Scratch {
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    server,
    async close() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

const route = (
  method: Route['method'],
  template: string,
  more: Partial<Omit<Route, 'method' | 'template'>> = {},
): Route => ({
  method,
  template,
  operationId: `${method} ${template}`,
  service: 'platform',
  rateClass: 'platform',
  dialect: 'platform',
  ...more,
});

export const scratchRoutes: readonly Route[] = [
  route('GET', '/v1/workspaces'),
  route('GET', '/v1/workspaces/:ws'),
  route('PATCH', '/v1/workspaces/:ws'),
  route('POST', '/v1/workspaces'),
  route('GET', '/v1/apps/:app', { service: 'heimdall-admin' }),
  route('POST', '/v1/apps/:app/tokens', { service: 'tokens' }),
  route('POST', '/api/auth/sign-in/email', { dialect: 'quickstart' }),
  route('GET', '/api/user/me', { dialect: 'quickstart', service: 'tokens' }),
  route('GET', '/v1/me', { dialect: 'craft', service: 'tokens' }),
  route('POST', '/v1/oauth/token', { dialect: 'oauth', service: 'tokens' }),
];

/** Sends bytes as they are and gives back all that comes until the connection ends. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  socket.setTimeout(5000, () => socket.destroy(new Error('The connection stayed open')));
  return text(socket);
}

/** A raw GET; `headers` are whole lines. The connection ends with the answer. */
export function get(target: string, ...headers: string[]): string {
  return [`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');
}

export function bodyOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

export const statusOf = (answer: string): number => Number(answer.slice(9, 12));
