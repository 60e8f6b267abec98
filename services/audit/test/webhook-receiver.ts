import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read into messages
  readonly body: any;
  readonly text: string;
}

/** A receiver on this machine that keeps what it gets and answers as it is told. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: Received[];
  /** The status of the next answers. */
  answer: { status: number; headers?: Record<string, string> };
  until(enough: (received: readonly Received[]) => boolean, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

export async function createWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      received.push({ path: req.url ?? '', headers: req.headers, text, body: JSON.parse(text) as unknown });
      res.writeHead(receiver.answer.status, receiver.answer.headers).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: { status: 204 },
    async until(enough, withinMs = 5_000) {
      const end = performance.now() + withinMs;
      while (!enough(received)) {
        if (performance.now() > end)
          throw new Error(`${received.length} messages came within ${withinMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return receiver;
}

/** As a receiver checks it: any of the signatures, by the secret as it was shown. */
export function isSignedBy({ headers, text }: Received, secret: string): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
  const own = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(signed)
    .digest('base64');
  const isFresh = Math.abs(Date.now() / 1_000 - Number(headers['webhook-timestamp'])) < 60;
  return isFresh && String(headers['webhook-signature']).split(' ').includes(`v1,${own}`);
}
