import type { Express } from 'express';
import { createId } from '@pcft/credentials';
import { Fault, renderFault } from '@pcft/errors';
import { createServer, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

export interface Listening {
  readonly url: string;
  /** Says that it drains, goes on for `drainDelayMs`, then lets calls under way finish (8 s at most) and closes. */
  close(): Promise<void>;
}

const drainMs = 8000;

/** Starts the server of an application. Rejects when the port is taken. */
export async function listen(
  app: Express,
  {
    host,
    port,
    logger,
    drainDelayMs = 0,
  }: { host: string; port: number; logger: Logger; drainDelayMs?: number },
): Promise<Listening> {
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000, maxHeaderSize: 32 * 1024 },
    app,
  );
  server.on('clientError', refuseUnparsable);
  const unused = unusedConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  logger.info({ url }, 'listening');
  return { url, close: () => drain(app, server, unused, drainDelayMs) };
}

/**
 * Whoever sends calls here has to learn of the end before it comes: a request that crosses with the closing of its
 * connection is lost, and nobody may send a POST again. So for the delay everything goes on, but for /healthz and /readyz
 * and the end that is announced with every answer; by then the connections have been given up from the other side.
 */
async function drain(
  app: Express,
  server: Server,
  unused: ReadonlySet<Socket>,
  delayMs: number,
): Promise<void> {
  app.set('draining', true);
  // Calls that still come in on open connections are answered, and told that the connection ends with them.
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  await sleep(delayMs);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Connections that were busy just now were not told, and stay open when they fall idle.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  // Node does not call a connection idle that no request has come on yet; clients keep such spares.
  for (const socket of unused) socket.destroy();
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(late);
  clearInterval(sweep);
}

/** Connections on which no request has come yet. */
function unusedConnections(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.prependListener('request', ({ socket }) => unused.delete(socket));
  return unused;
}

/** What node cannot parse never reaches the application; it is refused in the house's envelope all the same. */
function refuseUnparsable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const fault = new Fault(error.code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large' : 'ambiguous-request', {
    details: [
      { field: 'headers', reason: error.code === 'HPE_HEADER_OVERFLOW' ? 'are too large' : 'are malformed' },
    ],
  });
  const requestId = createId('req_');
  const { status, body } = renderFault(fault, 'platform', requestId);
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
