import { createRemoteIntrospector } from '@pcft/auth';
import { createPasswordHasher } from '@pcft/credentials';
import { createPrismaAdapter, databaseReady } from '@pcft/database';
import { createBus, createOutbox, createRelay } from '@pcft/events';
import { createMetrics, type Logger } from '@pcft/http';
import { createLimiter } from '@pcft/limits';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createHeimdallAdminApp } from './app.ts';
import { createPrismaAppKeyStore } from './app-keys/prisma-app-key-store.ts';
import { createPrismaAppStore } from './apps/prisma-app-store.ts';
import type { Config } from './config.ts';
import { createDirectoryDelivery } from './directory/directory-delivery.ts';
import { createDirectoryRelay } from './directory/directory-relay.ts';
import { createPrismaDirectoryQueue } from './directory/prisma-directory-queue.ts';
import { createTokensDirectory } from './directory/tokens-directory.ts';
import { createPrismaRoleStore } from './roles/prisma-role-store.ts';
import { createPrismaUserStore } from './users/prisma-user-store.ts';

export const service = 'heimdall-admin';

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
  const tokens = createTokensDirectory({ tokensUrl: config.TOKENS_URL, serviceToken: config.SERVICE_TOKEN });
  const queue = createPrismaDirectoryQueue(prisma);
  const directory = createDirectoryDelivery({ tokens, queue, onError: onError('directory') });
  const directoryRelay = createDirectoryRelay({ databaseUrl, tokens, onError: onError('directory relay') });
  metrics.gauge('directory_changes_pending', 'Records tokens has not confirmed.', () => queue.count());

  const app = createHeimdallAdminApp({
    deps: {
      apps: createPrismaAppStore(prisma),
      keys: createPrismaAppKeyStore(prisma, queue),
      users: createPrismaUserStore(prisma),
      roles: createPrismaRoleStore(prisma),
      passwords: createPasswordHasher({ pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64') }),
      tokenPepper: Buffer.from(config.TOKEN_PEPPER, 'base64'),
      directory,
    },
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
      directoryRelay.start();
    },
    async close() {
      await introspector.stop();
      await directoryRelay.stop();
      await relay.stop();
      await outbox.close();
      await prisma.$disconnect();
      await bus.close();
      await limiter.close();
    },
  };
}
