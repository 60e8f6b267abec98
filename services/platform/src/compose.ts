import { HolderRemoval, RevocationBarrier, systemClock } from '@pcft/auth';
import { createPasswordHasher, parseServiceKeys } from '@pcft/credentials';
import { createPrismaAdapter, databaseReady } from '@pcft/database';
import { createBus, createOutbox, createRelay } from '@pcft/events';
import { createMetrics, type Logger } from '@pcft/http';
import { createLimiter } from '@pcft/limits';
import { PrismaAccessTokenStore } from './access-tokens/prisma-access-token-store.ts';
import { PrismaAccountStore } from './accounts/prisma-account-store.ts';
import { createPlatformApp } from './app.ts';
import type { Config } from './config.ts';
import { PrismaClient } from './database.ts';
import { DatabaseIntrospector } from './introspection/database-introspector.ts';
import { PrismaIntrospectionStore } from './introspection/prisma-introspection-store.ts';
import { ChangeCommitter } from './invalidation/change-committer.ts';
import { createNatsInvalidationChannel } from './invalidation/nats-invalidation-channel.ts';
import { pruneLog } from './invalidation/prune-log.ts';
import { LeaseKeeper } from './leases/lease-keeper.ts';
import { PrismaLeaseStore } from './leases/prisma-lease-store.ts';
import { PrismaUsageStore } from './usage/prisma-usage-store.ts';
import { UsageRecorder } from './usage/usage-recorder.ts';
import { PrismaWorkspaceStore } from './workspaces/prisma-workspace-store.ts';

export const service = 'platform';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger) {
  const metrics = createMetrics(service);
  const onError = (part: string) => (err: unknown) => logger.warn({ err, part }, 'background fault');
  const databaseUrl = config.DATABASE_URL;
  const tokenPepper = Buffer.from(config.TOKEN_PEPPER, 'base64');
  const adapter = createPrismaAdapter({
    url: databaseUrl,
    applicationName: service,
    poolSize: config.DATABASE_POOL,
    onError: onError('database'),
  });
  const database = new PrismaClient({ adapter });
  const bus = createBus({ url: config.NATS_URL, name: service, onError: onError('bus') });
  const outbox = createOutbox({ databaseUrl, service, onError: onError('outbox') });
  const relay = createRelay({ databaseUrl, bus, service, outbox, onError: onError('relay') });
  const limiter = createLimiter({
    redisUrl: config.REDIS_URL,
    onStoreChange: (store, err) => logger.warn({ store, err }, 'limits are counted elsewhere'),
  });

  const leases = new PrismaLeaseStore(database);
  const channel = createNatsInvalidationChannel(bus);
  const barrier = new RevocationBarrier({
    clock: systemClock,
    publish: (push) => channel.publish(push),
    readHolders: () => leases.holders(),
  });
  const keeper = new LeaseKeeper({
    leases,
    removal: new HolderRemoval(systemClock),
    pruneLog: () => pruneLog(database),
    noticeEpoch: (epoch) => barrier.noticeEpoch(epoch),
    onError: onError('leases'),
  });
  const usage = new UsageRecorder({ store: new PrismaUsageStore(database), onError: onError('usage') });
  const introspections = new PrismaIntrospectionStore(database, tokenPepper);
  metrics.gauge('nats_connected', 'Whether invalidations are pushed; 0: revokes take W.', () =>
    bus.connected() ? 1 : 0,
  );

  const app = createPlatformApp({
    deps: {
      database,
      accounts: new PrismaAccountStore(database),
      workspaces: new PrismaWorkspaceStore(database),
      tokens: new PrismaAccessTokenStore(database),
      passwords: createPasswordHasher({ pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64') }),
      changes: new ChangeCommitter({ database, barrier, clock: systemClock }),
      introspections,
      leases,
      tokenPepper,
      noteUse: (id, ip) => usage.note(id, ip),
    },
    http: {
      introspector: new DatabaseIntrospector(introspections),
      limiter,
      outbox,
      logger,
      metrics,
      edgeSecret: config.EDGE_SECRET,
      publicUrl: config.PUBLIC_URL,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      // Without NATS revokes take W, without Redis limits are counted in process: neither makes it unready.
      readiness: { database: () => databaseReady(database) },
      strictResponses: config.STRICT_RESPONSES,
    },
  });
  const acknowledgements = channel.onAcknowledged(({ holder, n }) => barrier.acknowledge(holder, n));

  return {
    app,
    start() {
      keeper.start();
      usage.start();
      relay.start();
    },
    async close() {
      await keeper.stop();
      await usage.stop();
      await acknowledgements.close();
      await relay.stop();
      await outbox.close();
      await database.$disconnect();
      await bus.close();
      await limiter.close();
    },
  };
}
