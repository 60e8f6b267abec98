import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createId, createSealer } from '@pcft/credentials';
import { createPrismaAdapter } from '@pcft/database';
import { createOutbox, serializeEvent, type AuditEvent, type Outbox } from '@pcft/events';
import { createPost, createResolve, createWebhookSecret, publicTargets } from '@pcft/outbound';
import { sampleEvent } from '@pcft/testing';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { readEntry } from '../../src/ingest/chain-entry.ts';
import type { ChainStore } from '../../src/ingest/chain-store.ts';
import { createPostgresChainStore } from '../../src/ingest/postgres-chain-store.ts';
import type { RowFilter } from '../../src/live/row-filter.ts';
import { createPrismaRowsInOrder, type RowsInOrder } from '../../src/live/rows-in-order.ts';
import { createDeliver } from '../../src/sinks/deliver.ts';
import { gaveUpEvent } from '../../src/sinks/gave-up-event.ts';
import { PrismaSinkStore } from '../../src/sinks/prisma-sink-store.ts';
import { SinkCourier } from '../../src/sinks/sink-courier.ts';
import { createSinkFiles } from '../../src/sinks/sink-files.ts';
import { createPostgresSinkQueue, type SinkQueue } from '../../src/sinks/sink-queue.ts';
import type { Sink, SinkKind } from '../../src/sinks/sink.ts';
import { createSyslog } from '../../src/sinks/syslog.ts';
import { createScratchLog, type ScratchLog } from '../scratch-log.ts';
import {
  createWebhookReceiver,
  isSignedBy,
  type Received,
  type WebhookReceiver,
} from '../webhook-receiver.ts';

let log: ScratchLog;
let prisma: PrismaClient;
let chain: ChainStore;
let queue: SinkQueue;
let inOrder: RowsInOrder;
let folder: string;
let receiver: WebhookReceiver;
const sealer = createSealer(Buffer.alloc(32, 7), 'audit sinks');
const secret = createWebhookSecret();
let outbox: Outbox;
/** Whether the row of a sink that is given up can be written. */
let unwritable = false;
const errors: unknown[] = [];
const couriers: SinkCourier[] = [];
let ws: string;

beforeAll(async () => {
  log = await createScratchLog();
  prisma = new PrismaClient({
    adapter: createPrismaAdapter({ url: log.runtimeUrl, applicationName: 'audit test' }),
  });
  chain = createPostgresChainStore({ databaseUrl: log.runtimeUrl });
  queue = createPostgresSinkQueue({ databaseUrl: log.runtimeUrl, onError: () => undefined });
  outbox = createOutbox({ databaseUrl: log.runtimeUrl, service: 'audit' });
  inOrder = createPrismaRowsInOrder(prisma);
  folder = await mkdtemp(join(tmpdir(), 'audit-sinks-'));
});
beforeEach(async () => {
  ws = createId('ws_');
  receiver = await createWebhookReceiver();
});
afterEach(async () => {
  await Promise.all(couriers.splice(0).map((courier) => courier.stop()));
  await prisma.auditSink.deleteMany();
  await receiver.close();
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  await queue.close();
  await outbox.close();
  await chain.close();
  await prisma.$disconnect();
  await log.drop();
  await rm(folder, { recursive: true });
});

async function append(count: number, fields: Partial<AuditEvent> = {}): Promise<void> {
  const events = Array.from({ length: count }, () => sampleEvent({ log: ws, ...fields }));
  await chain.append(
    events.map((event) => readEntry('platform', { id: event.id, body: serializeEvent(event) })),
  );
}

async function makeSink(kind: SinkKind, url: string | null, filter: RowFilter = {}): Promise<string> {
  const id = createId('snk_');
  const sealed = kind === 'webhook' ? Uint8Array.from(sealer.seal(id, Buffer.from(secret))) : null;
  await prisma.auditSink.create({
    data: {
      ...{ id, log: ws, name: 'a sink', kind, url, filter: { ...filter }, secret: sealed },
      position: 0n,
      createdBy: 'acc_1',
    },
  });
  return id;
}

function start({ allowPrivate = true, giveUpAfterMs = 60_000, syslog = [] as string[] } = {}): SinkCourier {
  const courier = new SinkCourier({
    queue,
    rows: inOrder,
    deliver: createDeliver({
      post: createPost({
        policy: { ...publicTargets, allowPrivate },
        resolve: createResolve(''),
        timeoutMs: 2_000,
      }),
      sealer,
      files: createSinkFiles(folder),
      syslog: createSyslog({ allowed: syslog, hostname: 'host.example', timeoutMs: 2_000 }),
    }),
    recordGivingUp: async (transaction, sink, error) => {
      if (unwritable) throw new Error('the outbox is full');
      await outbox.appendInTransaction(transaction, gaveUpEvent(sink, error));
    },
    onMetric: () => undefined,
    onError: (error) => errors.push(error),
    giveUpAfterMs,
    pace: { lookEveryMs: 20, firstRetryMs: 20, longestRetryMs: 100 },
  });
  couriers.push(courier);
  courier.start();
  return courier;
}

async function sinkWhen(id: string, fits: (sink: Sink) => boolean): Promise<Sink> {
  const end = performance.now() + 5_000;
  for (;;) {
    const sink = await new PrismaSinkStore(prisma).find(ws, id);
    if (sink && fits(sink)) return sink;
    if (performance.now() > end)
      throw new Error(`the sink is ${String(sink?.position)}, ${String(sink?.lastError)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const seqsOf = (messages: readonly Received[]): number[] =>
  messages.flatMap(({ body }) => body.data.rows.map(({ seq }: { seq: number }) => seq));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('a webhook', () => {
  it('gets every row once and in order, signed, from several processes', async () => {
    await append(250);
    const id = await makeSink('webhook', receiver.url);
    for (let n = 0; n < 3; n++) start();
    await receiver.until((got) => seqsOf(got).length >= 250);
    await append(5);
    await sinkWhen(id, ({ position }) => position === 255n);
    expect(seqsOf(receiver.received)).toEqual(numbers(255));
    expect(receiver.received.every((each) => isSignedBy(each, secret))).toBe(true);
    expect(isSignedBy(receiver.received[0]!, createWebhookSecret())).toBe(false);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect(receiver.received[0]?.body).toMatchObject({
      type: 'audit.rows',
      data: { workspace_id: ws, sink_id: id },
    });
  });

  it('gets a message again as it was, under the same id, until it takes it', async () => {
    await append(3);
    receiver.answer = { status: 500 };
    const id = await makeSink('webhook', receiver.url);
    start();
    await receiver.until((got) => got.length >= 2);
    const failing = await sinkWhen(id, ({ failures }) => failures >= 2);
    expect(failing).toMatchObject({ enabled: true, position: 0n, pendingTo: 3n, lastError: 'answered 500' });
    // What comes meanwhile is of a later message.
    await append(2);
    receiver.answer = { status: 200 };
    await sinkWhen(id, ({ position, failures }) => position === 5n && failures === 0);
    const first = receiver.received.filter(({ headers }) => headers['webhook-id'] === `msg_${id.slice(4)}_3`);
    expect(first.length).toBeGreaterThanOrEqual(3);
    expect(new Set(first.map(({ text }) => text)).size).toBe(1);
    expect(seqsOf(receiver.received.slice(-1))).toEqual([4, 5]);
  });

  it('gets only what fits, and passes over the rest', async () => {
    await append(4);
    await append(2, { outcome: 'denied' });
    await append(4);
    const id = await makeSink('webhook', receiver.url, { outcome: 'denied' });
    start();
    await sinkWhen(id, ({ position }) => position === 10n);
    expect(seqsOf(receiver.received)).toEqual([5, 6]);
  });

  it('is given up when it has failed for long, and at once when it says that it is gone', async () => {
    await append(1);
    receiver.answer = { status: 503 };
    const long = await makeSink('webhook', receiver.url);
    start({ giveUpAfterMs: 150 });
    await sinkWhen(long, ({ enabled, gaveUpAt }) => !enabled && gaveUpAt !== null);
    receiver.answer = { status: 410 };
    const gone = await makeSink('webhook', receiver.url);
    const sink = await sinkWhen(gone, ({ enabled }) => !enabled);
    expect(sink).toMatchObject({ failures: 1, lastError: 'answered 410' });
    const { rows } = await log.admin.query<{ body: string }>('SELECT body FROM outbox_event ORDER BY seq');
    const events = rows.map(({ body }) => JSON.parse(body) as AuditEvent);
    expect(events.map(({ action, log: of, target }) => [action, of, target?.id])).toEqual(
      [long, gone].map((id) => ['audit-sink.gave-up', ws, id]),
    );
  });

  it('is not given up where the row that says so cannot be written', async () => {
    await append(1);
    receiver.answer = { status: 410 };
    unwritable = true;
    const id = await makeSink('webhook', receiver.url);
    start();
    await receiver.until((got) => got.length > 0);
    const end = performance.now() + 2_000;
    while (errors.length === 0 && performance.now() < end) await new Promise((go) => setTimeout(go, 10));
    expect(errors.splice(0).map(String)).toEqual(['Error: the outbox is full']);
    expect(await new PrismaSinkStore(prisma).find(ws, id)).toMatchObject({
      ...{ enabled: true, gaveUpAt: null, failures: 0 },
    });
    // When the hold has run out it is tried again, and given up with its row.
    unwritable = false;
    await log.admin.query(`UPDATE audit_sink SET held_until = now() - interval '1 second'`);
    await sinkWhen(id, ({ enabled, gaveUpAt }) => !enabled && gaveUpAt !== null);
    const { rowCount } = await log.admin.query(`SELECT FROM outbox_event WHERE body LIKE '%' || $1 || '%'`, [
      id,
    ]);
    expect(rowCount).toBe(1);
  });

  it('that takes nothing holds up no other workspace, however many of them there are', async () => {
    let open = 0;
    let most = 0;
    const stuck = createHttpServer(({ socket }) => {
      open++;
      most = Math.max(most, open);
      socket.once('close', () => open--);
    });
    await new Promise<void>((done) => stuck.listen(0, '127.0.0.1', done));
    await append(1);
    for (let n = 0; n < 20; n++)
      await makeSink('webhook', `http://127.0.0.1:${(stuck.address() as AddressInfo).port}/`);
    ws = createId('ws_');
    await append(1);
    const id = await makeSink('webhook', receiver.url);
    start();
    try {
      // Nobody answers the others: they fail after two seconds, and until then their share is taken.
      await sinkWhen(id, ({ position }) => position === 1n);
      const end = performance.now() + 1_500;
      while (most < 4 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(most).toBe(4);
    } finally {
      stuck.close().closeAllConnections();
    }
  });

  it('that leads to a private address gets nothing, at every try', async () => {
    await append(1);
    const id = await makeSink('webhook', receiver.url.replace('http:', 'https:'));
    const named = await makeSink('webhook', 'https://localhost.localdomain.example.localhost/hook');
    start({ allowPrivate: false });
    expect((await sinkWhen(id, ({ failures }) => failures > 1)).lastError).toMatch(/port|address/);
    await sinkWhen(named, ({ failures }) => failures > 1);
    expect(receiver.received).toEqual([]);
  });

  it('is followed by another process when the one that held it is gone', async () => {
    await append(2);
    const id = await makeSink('webhook', receiver.url);
    await queue.claim('a process that died', 10);
    start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(receiver.received).toEqual([]);
    await log.admin.query(`UPDATE audit_sink SET held_until = now() - interval '1 second'`);
    await sinkWhen(id, ({ position }) => position === 2n);
    expect(await queue.advance('a process that died', id, 9n, true)).toBe(false);
  });

  it('has its turn behind those that wait, although it never failed', async () => {
    await append(1);
    const [first, second] = [
      await makeSink('webhook', receiver.url),
      await makeSink('webhook', receiver.url),
    ];
    const claimOne = async () => (await queue.claim('a process', 1))[0]?.id ?? 'none';
    const served = [await claimOne()];
    await queue.release('a process', served[0] ?? '');
    served.push(await claimOne());
    expect(served.sort()).toEqual([first, second].sort());
  });

  it('is not moved on by who holds what it was before it was changed', async () => {
    await append(1);
    const id = await makeSink('webhook', receiver.url);
    const store = new PrismaSinkStore(prisma);
    await queue.claim('a process', 1);
    await prisma.$transaction((transaction) => store.update(transaction, id, { name: 'renamed' }));
    expect(await queue.advance('a process', id, 1n, true)).toBe(false);
    const failure = { to: 1n, error: 'gone', againInMs: 1, giveUpAfterMs: 0 };
    const never = () => Promise.reject(new Error('it is not given up'));
    expect(await queue.fail('a process', id, failure, never)).toBe(false);
    expect(await store.find(ws, id)).toMatchObject({ position: 0n, enabled: true, lastError: null });
  });

  it('goes on where nothing is left of what failed', async () => {
    await append(2);
    const id = await makeSink('webhook', receiver.url);
    // As if rows up to here had been retired since.
    await prisma.auditSink.update({ where: { id }, data: { position: 1n, pendingTo: 1n } });
    start();
    await sinkWhen(id, ({ position }) => position === 2n);
    expect(seqsOf(receiver.received)).toEqual([2]);
  });
});

describe('a file', () => {
  it('gets a line a row', async () => {
    await append(3);
    const id = await makeSink('file', null);
    start();
    await sinkWhen(id, ({ position }) => position === 3n);
    const lines = (await readFile(join(folder, ws, `${id}.ndjson`), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3]);
  });
});

describe('syslog', () => {
  it('gets a counted message a row, where the operator allows the receiver', async () => {
    let text = '';
    const server = createServer((socket) =>
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await append(1);
    await append(1, { outcome: 'denied', metadata: { word: 'Größe' } });
    const id = await makeSink('syslog', `syslog+tcp://${host}`);
    const other = await makeSink('syslog', 'syslog+tcp://127.0.0.1:1');
    start({ syslog: [host] });
    await sinkWhen(id, ({ position }) => position === 2n);
    expect((await sinkWhen(other, ({ failures }) => failures > 0)).lastError).toContain('not a receiver');
    server.close();
    const messages: string[] = [];
    for (let rest = Buffer.from(text); rest.length > 0;) {
      const space = rest.indexOf(' ');
      const end = space + 1 + Number(rest.subarray(0, space));
      messages.push(rest.subarray(space + 1, end).toString());
      rest = rest.subarray(end);
    }
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(
      /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z host\.example productcraft-audit - workspace\.read - \u{FEFF}\{/u,
    );
    expect(messages[1]).toMatch(/^<108>1 /);
    expect(messages[1]).toContain('Größe');
  });
});
