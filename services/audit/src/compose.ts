import { createRemoteIntrospector } from '@pcft/auth';
import { createPrismaAdapter, databaseReady } from '@pcft/database';
import { createBus, createOutbox, createRelay } from '@pcft/events';
import { createMetrics, type Logger } from '@pcft/http';
import { createLimiter } from '@pcft/limits';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createAuditApp } from './app.ts';
import { createPrismaAuditLogStore } from './audit-log/prisma-audit-log-store.ts';
import type { Config } from './config.ts';
import { createFanOut } from './ingest/fan-out.ts';
import { type Ingest, startIngest } from './ingest/ingest-events.ts';
import { countIngest } from './ingest/ingest-metrics.ts';
import { createPostgresChainStore } from './ingest/postgres-chain-store.ts';

export const service = 'audit';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger) {
  const metrics = createMetrics(service);
  const onError = (part: string) => (err: unknown) => logger.warn({ err, part }, 'background fault');
  const databaseUrl = config.DATABASE_URL;
  const adapter = createPrismaAdapter({
    url: databaseUrl,
    applicationName: service,
    onError: onError('database'),
  });
  const prisma = new PrismaClient({ adapter });
  const bus = createBus({ url: config.NATS_URL, name: service, onError: onError('bus') });
  // Reading the log is audited like every other call: audit is also a client of its own ingest.
  const outbox = createOutbox({ databaseUrl, service, onError: onError('outbox') });
  const relay = createRelay({ databaseUrl, bus, service, outbox, onError: onError('relay') });
  const limiter = createLimiter({
    redisUrl: config.REDIS_URL,
    onStoreChange: (store, err) => logger.warn({ store, err }, 'limits are counted elsewhere'),
  });
  const introspector = createRemoteIntrospector({
    platformUrls: config.PLATFORM_URL.split(','),
    serviceToken: config.SERVICE_TOKEN,
    bus,
    onFault: onError('lease'),
  });
  const counts = countIngest(metrics);
  const store = createPostgresChainStore({ databaseUrl, onError: onError('chain') });
  const fanOut = createFanOut({ bus, onDropped: counts.dropped, onError: onError('fan-out') });
  let ingest: Ingest | null = null;

  const app = createAuditApp({
    deps: { auditLog: createPrismaAuditLogStore(prisma) },
    http: {
      introspector,
      limiter,
      outbox,
      logger,
      metrics,
      edgeSecret: config.EDGE_SECRET,
      publicUrl: config.PUBLIC_URL,
      readiness: { database: () => databaseReady(prisma) },
      strictResponses: config.STRICT_RESPONSES,
    },
  });

  return {
    app,
    start() {
      introspector.start();
      relay.start();
      ingest = startIngest({ bus, store, fanOut, onMetric: counts.ingest, onError: onError('ingest') });
    },
    async close() {
      await introspector.stop();
      await relay.stop();
      await ingest?.stop();
      fanOut.close();
      await outbox.close();
      await store.close();
      await prisma.$disconnect();
      await bus.close();
      await limiter.close();
    },
  };
}
