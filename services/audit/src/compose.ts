import { signingPair } from '@pcft/audit-proof';
import { parseServiceKeys } from '@pcft/credentials';
import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { planCatalogue } from '@pcft/plans';
import { createServiceFrame, type ServiceParts } from '@pcft/service';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createAuditApp } from './app.ts';
import { createAppOwners } from './audit-log/app-owners.ts';
import { createPageReader } from './audit-log/page-reader.ts';
import { createPostgresAuditLogStore } from './audit-log/postgres-audit-log-store.ts';
import { createPrismaChainRows } from './checkpoints/chain-rows.ts';
import { CheckpointKeeper } from './checkpoints/checkpoint-keeper.ts';
import { createCheckpointStream } from './checkpoints/checkpoint-stream.ts';
import { createFileCheckpointArchive } from './checkpoints/file-checkpoint-archive.ts';
import { createPostgresCheckpointStore } from './checkpoints/postgres-checkpoint-store.ts';
import type { Config } from './config.ts';
import { createFanOut } from './ingest/fan-out.ts';
import { type Ingest, startIngest } from './ingest/ingest-events.ts';
import { countCheckpoints } from './checkpoints/checkpoint-metrics.ts';
import { countIngest } from './ingest/ingest-metrics.ts';
import { createPostgresChainStore } from './ingest/postgres-chain-store.ts';
import { createNatsRowHints } from './live/row-hints.ts';
import { createPrismaRowsInOrder } from './live/rows-in-order.ts';
import { composeSinks } from './sinks/compose-sinks.ts';
import { TailPlaces } from './tail/tail-places.ts';
import { createPrismaCountStore } from './counts/prisma-count-store.ts';
import { createPrismaFormerPlans } from './segments/former-plans.ts';
import { createPlanSource } from './segments/plan-source.ts';
import { createPostgresSegmentStore } from './segments/postgres-segment-store.ts';
import { retentionRules } from './segments/retention-rules.ts';
import { SegmentKeeper } from './segments/segment-keeper.ts';
import { createPrismaPastCalls } from './token-reports/past-calls.ts';
import { createTokenSource } from './token-reports/token-source.ts';
import { createPrismaUsageStore } from './usage/prisma-usage-store.ts';

export const service = 'audit';

/**
 * Everything the service is made of; `close` ends it in the order that loses nothing. Reading the log is audited like
 * every other call, so audit has an outbox and a relay too: it is a client of its own ingest.
 */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const { bus, metrics, onError } = frame;
  const database = new PrismaClient({ adapter: frame.adapter });
  const pages = createPageReader(config, onError('pages'));
  const introspector = frame.createIntrospector(config);
  const counts = countIngest(metrics);
  const store = createPostgresChainStore({
    databaseUrl: config.DATABASE_URL,
    onBehind: counts.behind,
    onError: onError('chain'),
  });
  const fanOut = createFanOut({ bus, onDropped: counts.dropped, onError: onError('fan-out') });
  const key = signingPair(Buffer.from(config.CHECKPOINT_KEY, 'base64'));
  const checkpointKey = { kid: key.kid, x: key.jwk.x };
  const checkpoints = createPostgresCheckpointStore({
    databaseUrl: config.DATABASE_URL,
    key: checkpointKey,
    onError: onError('checkpoints'),
  });
  const keeper = new CheckpointKeeper({
    store: checkpoints,
    archive: createFileCheckpointArchive(config.CHECKPOINT_DIR),
    stream: createCheckpointStream(bus),
    key,
    origin: config.PUBLIC_URL,
    everyMs: config.CHECKPOINT_SECONDS * 1_000,
    onRound: countCheckpoints(metrics),
    onError: onError('checkpoints'),
  });
  const tails = new TailPlaces(config.TAILS_PER_WORKSPACE);
  metrics.gauge('audit_tails', 'Live tails that are open.', () => tails.open);
  const segments = createPostgresSegmentStore({
    databaseUrl: config.DATABASE_URL,
    onError: onError('segments'),
  });
  const segmentKeeper = new SegmentKeeper({
    store: segments,
    rules: retentionRules({
      days: config.AUDIT_RETENTION_DAYS,
      plans: planCatalogue(config.PLAN_LIMITS),
      source: createPlanSource({
        platformUrls: config.PLATFORM_URL.split(','),
        serviceToken: config.SERVICE_TOKEN,
      }),
      former: createPrismaFormerPlans(database),
      onError: onError('segments'),
    }),
    onRetired: (retired) => logger.info(retired, 'retention'),
    onError: onError('segments'),
  });
  const inOrder = createPrismaRowsInOrder(database);
  const sinks = composeSinks(config, {
    database,
    inOrder,
    outbox: frame.outbox,
    metrics,
    onError: onError('sinks'),
  });
  let ingest: Ingest | null = null;

  const app = createAuditApp({
    deps: {
      auditLog: createPostgresAuditLogStore(pages),
      usage: createPrismaUsageStore(database),
      counts: createPrismaCountStore(database),
      rows: createPrismaChainRows(database),
      checkpoints,
      checkpointKey,
      inOrder,
      ...sinks.deps,
      hints: createNatsRowHints(bus),
      tails,
      pastCalls: createPrismaPastCalls(database),
      tokenSource: createTokenSource({
        platformUrls: config.PLATFORM_URL.split(','),
        serviceToken: config.SERVICE_TOKEN,
      }),
      introspector,
      appOwners: createAppOwners({
        heimdallAdminUrl: config.HEIMDALL_ADMIN_URL,
        serviceToken: config.SERVICE_TOKEN,
      }),
    },
    http: {
      ...frame.http,
      introspector,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      introspector.start();
      frame.start();
      segmentKeeper.start();
      ingest = startIngest({ bus, store, fanOut, onMetric: counts.ingest, onError: onError('ingest') });
      keeper.start();
      sinks.start();
    },
    drain: () => tails.drain(),
    async close() {
      await introspector.stop();
      await keeper.stop();
      await sinks.stop();
      await segmentKeeper.stop();
      await ingest?.stop();
      fanOut.close();
      await store.close();
      await checkpoints.close();
      await segments.close();
      await pages.close();
      await frame.close(database);
    },
  };
}
