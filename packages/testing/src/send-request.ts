import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** One HTTP request exactly as it is to go over the wire: node:http adds nothing but Host and lengths. */
export interface WireRequest {
  /** Origin only, e.g. `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly method: string;
  /** Request target as sent; not normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Sends the body in chunks, without a Content-Length. */
  readonly chunked?: boolean;
  /** Default 15 s. */
  readonly timeoutMs?: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Every Set-Cookie, unparsed. */
  readonly cookies: readonly string[];
  readonly text: string;
  /** Milliseconds on the monotonic clock from sending to the last byte. */
  readonly durationMs: number;
}

// Idle sockets are unreferenced by Node, so they keep no test run alive.
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Sends one request. Rejects when the connection breaks before the answer is whole, or after `timeoutMs`. */
export function sendRequest(wire: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(wire.origin);
  const body = wire.body === undefined ? undefined : Buffer.from(wire.body);
  const lengthHeader: Record<string, string> =
    body !== undefined && !wire.chunked ? { 'content-length': String(body.length) } : {};
  const sentAt = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        method: wire.method,
        path: wire.path,
        headers: { ...lengthHeader, ...wire.headers } as Record<string, string>,
        timeout: wire.timeoutMs ?? 15_000,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: flatten(incoming.headers),
            cookies: incoming.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString('utf8'),
            durationMs: performance.now() - sentAt,
          }),
        );
      },
    );
    outgoing.once('timeout', () =>
      outgoing.destroy(new Error(`no answer in time: ${wire.method} ${wire.path}`)),
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function flatten(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
