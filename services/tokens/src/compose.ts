import { createRemoteIntrospector } from '@pcft/auth';
import { createPasswordHasher, parseServiceKeys } from '@pcft/credentials';
import { createPrismaAdapter, databaseReady } from '@pcft/database';
import { createBus, createOutbox, createRelay } from '@pcft/events';
import { createMetrics, type Logger } from '@pcft/http';
import { createLimiter } from '@pcft/limits';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createTokensApp } from './app.ts';
import type { Config } from './config.ts';
import { createPrismaDirectoryStore } from './directory/prisma-directory-store.ts';
import { createPrismaRefreshTokenStore } from './sign-in/prisma-refresh-token-store.ts';
import { createKeyVault } from './signing-keys/key-vault.ts';
import { createPrismaSigningKeyStore } from './signing-keys/prisma-signing-key-store.ts';
import { createSigningKeys } from './signing-keys/signing-keys.ts';

export const service = 'tokens';

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
  const signingKeyStore = createPrismaSigningKeyStore(prisma);
  const vault = createKeyVault(Buffer.from(config.SIGNING_KEY_SECRET, 'base64'));

  const app = createTokensApp({
    deps: {
      directory: createPrismaDirectoryStore(prisma),
      signingKeyStore,
      keys: createSigningKeys({ store: signingKeyStore, vault, onError: onError('signing keys') }),
      refreshTokens: createPrismaRefreshTokenStore(prisma),
      passwords: createPasswordHasher({ pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64') }),
      tokenPepper: Buffer.from(config.TOKEN_PEPPER, 'base64'),
      publicUrl: config.PUBLIC_URL,
    },
    http: {
      introspector,
      limiter,
      outbox,
      logger,
      metrics,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
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
    },
    async close() {
      await introspector.stop();
      await relay.stop();
      await outbox.close();
      await prisma.$disconnect();
      await bus.close();
      await limiter.close();
    },
  };
}
