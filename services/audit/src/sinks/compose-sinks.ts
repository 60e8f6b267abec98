import { createSealer } from '@pcft/credentials';
import type { Outbox } from '@pcft/events';
import type { Metrics } from '@pcft/http';
import { createPost, createResolve, publicTargets } from '@pcft/outbound';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Config } from '../config.ts';
import type { RowsInOrder } from '../live/rows-in-order.ts';
import { createDeliver } from './deliver.ts';
import { gaveUpEvent } from './gave-up-event.ts';
import { PrismaSinkStore } from './prisma-sink-store.ts';
import type { SinkDeps } from './routes.ts';
import { SinkCourier } from './sink-courier.ts';
import { createSinkFiles } from './sink-files.ts';
import { createPostgresSinkQueue } from './sink-queue.ts';
import { createSyslog } from './syslog.ts';

const dayMs = 86_400_000;
/** Somebody waits for the answer of a test, behind a gateway that does not wait for ever. */
const testTimeoutMs = 5_000;

/** Forwarding, with all it is made of. */
export function composeSinks(
  config: Config,
  parts: {
    readonly database: PrismaClient;
    readonly inOrder: RowsInOrder;
    readonly outbox: Outbox;
    readonly metrics: Metrics;
    readonly onError: (error: unknown) => void;
  },
): { readonly deps: Omit<SinkDeps, 'inOrder'>; start(): void; stop(): Promise<void> } {
  const { database, inOrder, outbox, metrics, onError } = parts;
  const policy = { ...publicTargets, allowPrivate: config.ALLOW_PRIVATE_TARGETS };
  const resolve = createResolve(config.OUTBOUND_DNS_SERVERS);
  const allowed = config.SYSLOG_TARGETS.split(',').filter((each) => each !== '');
  const files = config.SINK_FILE_DIR === '' ? null : createSinkFiles(config.SINK_FILE_DIR);
  const sealer = createSealer(Buffer.from(config.SINK_KEY, 'base64'), 'audit sinks');
  const ca = config.SYSLOG_CA_FILE === '' ? null : readFileSync(config.SYSLOG_CA_FILE, 'utf8');
  const delivering = (timeoutMs: number) =>
    createDeliver({
      post: createPost({ policy, resolve, timeoutMs }),
      sealer,
      files,
      syslog: createSyslog({ allowed, ca, hostname: hostname(), timeoutMs }),
    });
  const queue = createPostgresSinkQueue({ databaseUrl: config.DATABASE_URL, onError });
  const messages = metrics.counter('audit_sink_messages_total', 'Messages to sinks, by what came of them.', [
    'outcome',
  ]);
  const courier = new SinkCourier({
    queue,
    rows: inOrder,
    deliver: delivering(10_000),
    recordGivingUp: (transaction, sink, error) =>
      outbox.appendInTransaction(transaction, gaveUpEvent(sink, error)),
    onMetric: (outcome) => messages.inc({ outcome }),
    onError,
    giveUpAfterMs: config.SINK_GIVE_UP_DAYS * dayMs,
  });
  return {
    deps: {
      sinks: new PrismaSinkStore(database),
      sinkSealer: sealer,
      deliver: delivering(testTimeoutMs),
      sinkTargets: { policy, files: files !== null, syslog: allowed },
    },
    start: () => courier.start(),
    async stop() {
      await courier.stop();
      await queue.close();
    },
  };
}
