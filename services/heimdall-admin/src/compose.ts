import { Pruning } from '@pcft/background';
import { createPasswordHasher, parseServiceKeys } from '@pcft/credentials';
import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { GuessLimiter, PostgresGuessStore } from '@pcft/limits';
import { createServiceFrame, observePasswordWork, passwordHashCost, type ServiceParts } from '@pcft/service';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createHeimdallAdminApp } from './app.ts';
import { createPrismaAppKeyStore } from './app-keys/prisma-app-key-store.ts';
import { createPrismaAppStore } from './apps/prisma-app-store.ts';
import type { Config } from './config.ts';
import { createPrismaCredentialStore } from './credentials/prisma-credential-store.ts';
import { createDirectoryDelivery } from './directory/directory-delivery.ts';
import { createDirectoryRelay } from './directory/directory-relay.ts';
import { createPrismaDirectoryQueue } from './directory/prisma-directory-queue.ts';
import { createTokensDirectory } from './directory/tokens-directory.ts';
import { createPrismaInviteStore } from './invites/prisma-invite-store.ts';
import { createSignInGuesses } from './invites/sign-in-guesses.ts';
import { createTokensGuesses } from './invites/tokens-guesses.ts';
import { createPrismaRoleStore } from './roles/prisma-role-store.ts';
import { createPrismaMemberStore } from './tenants/prisma-member-store.ts';
import { createPrismaTenantStore } from './tenants/prisma-tenant-store.ts';
import { createPrismaLastUseStore } from './user-door/last-use-store.ts';
import { createPrismaUserStore } from './users/prisma-user-store.ts';

export const service = 'heimdall-admin';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const mail = frame.createMail(config);
  const introspector = frame.createIntrospector(config);
  const queue = createPrismaDirectoryQueue(database);
  const tokens = createTokensDirectory({ tokensUrl: config.TOKENS_URL, serviceToken: config.SERVICE_TOKEN });
  const directory = createDirectoryDelivery({ tokens, queue, onError: frame.onError('directory') });
  const relay = createDirectoryRelay({
    databaseUrl: config.DATABASE_URL,
    tokens,
    onError: frame.onError('directory relay'),
  });
  const tokenPepper = Buffer.from(config.TOKEN_PEPPER, 'base64');
  const guessStore = new PostgresGuessStore(database);
  const pruning = new Pruning([guessStore], frame.onError('pruning'));
  const guesses = createSignInGuesses({
    tokens: createTokensGuesses({ tokensUrl: config.TOKENS_URL, serviceToken: config.SERVICE_TOKEN }),
    own: new GuessLimiter(guessStore, tokenPepper),
    freeAttempts: config.LIMIT_GUESSES,
    onError: frame.onError('guesses'),
  });
  frame.metrics.gauge('directory_changes_pending', 'Records that tokens has not confirmed.', () =>
    queue.count(),
  );

  const app = createHeimdallAdminApp({
    deps: {
      apps: createPrismaAppStore(database, queue),
      keys: createPrismaAppKeyStore(database, queue),
      users: createPrismaUserStore(database, queue),
      roles: createPrismaRoleStore(database, queue),
      credentials: createPrismaCredentialStore(database, queue),
      tenants: createPrismaTenantStore(database, queue),
      members: createPrismaMemberStore(database, queue),
      invites: createPrismaInviteStore(database),
      mail,
      limiter: frame.http.limiter,
      publicUrl: config.PUBLIC_URL,
      lastUse: createPrismaLastUseStore(database),
      passwords: createPasswordHasher({
        pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64'),
        cost: passwordHashCost(config),
        onWork: observePasswordWork(frame.metrics),
      }),
      guesses,
      tokenPepper,
      directory,
    },
    http: {
      ...frame.http,
      introspector,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      // Without tokens widening changes go on and follow; without Redis and NATS all goes on.
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      introspector.start();
      relay.start();
      mail.start();
      pruning.start();
      frame.start();
    },
    async close() {
      await introspector.stop();
      await relay.stop();
      await mail.stop();
      await pruning.stop();
      await frame.close(database);
    },
  };
}
