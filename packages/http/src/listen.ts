import type { Express } from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from './logger.ts';

export interface Listening {
  readonly url: string;
  /** Stops accepting, lets calls under way finish (8 s at most), then closes. */
  close(): Promise<void>;
}

const drainMs = 8000;

/** Starts the server of an application. Rejects when the port is taken. */
export async function listen(
  app: Express,
  { host, port, logger }: { host: string; port: number; logger: Logger },
): Promise<Listening> {
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000, maxHeaderSize: 16 * 1024 },
    app,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  logger.info({ url }, 'listening');
  return { url, close: () => drain(app, server) };
}

async function drain(app: Express, server: Server): Promise<void> {
  app.set('draining', true);
  // Calls that still come in on open connections are answered, and told that the connection ends with them.
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(late);
}
