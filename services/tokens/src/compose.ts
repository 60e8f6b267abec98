import { heimdallInvalidations } from '@pcft/auth';
import { Pruning } from '@pcft/background';
import { createBoundedQueue, createPasswordHasher, createSealer, parseServiceKeys } from '@pcft/credentials';
import { databaseReady, isDatabaseAway } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { GuessLimiter, PostgresGuessStore } from '@pcft/limits';
import { createLeaseKeeping, createOwnLeaseAuthority } from '@pcft/lease-postgres';
import { createServiceFrame, observePasswordWork, passwordHashCost, type ServiceParts } from '@pcft/service';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createKnownTokens } from './access-tokens/known-tokens.ts';
import { createPrismaRevokedTokens } from './access-tokens/revoked-tokens.ts';
import { createTokensApp } from './app.ts';
import { createAllowCounter } from './authorize/allow-counter.ts';
import { ChangeCommitter } from './changes/change-committer.ts';
import type { Config } from './config.ts';
import { createPrismaDirectoryStore } from './directory/prisma-directory-store.ts';
import { createLastUseReporter } from './record-door/last-use-reporter.ts';
import { createPasswordUpgrades } from './record-door/password-upgrades.ts';
import { createRecordDoor } from './record-door/record-door.ts';
import { createPrismaSessionStore } from './sessions/prisma-session-store.ts';
import { KeyKeeper } from './signing-keys/key-keeper.ts';
import { createKeyVault } from './signing-keys/key-vault.ts';
import { createPrismaSigningKeyStore } from './signing-keys/prisma-signing-key-store.ts';
import { createSigningKeys } from './signing-keys/signing-keys.ts';
import { UserFactorStore } from './two-factor/user-factor-store.ts';
import { UserSecondFactor } from './two-factor/user-second-factor.ts';
import { MailTokenStore } from './user-mail/mail-token-store.ts';
import { createWarmAnswers } from './warm/warm-answers.ts';
import { createWarmDirectory } from './warm/warm-directory.ts';

export const service = 'tokens';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const mail = frame.createMail(config);
  const introspector = frame.createIntrospector(config);
  const leasing = createLeaseKeeping({
    database,
    bus: frame.bus,
    subjects: heimdallInvalidations,
    onError: frame.onError('leases'),
  });
  const changes = new ChangeCommitter({ database, barrier: leasing.barrier });
  const answers = createWarmAnswers({
    authority: createOwnLeaseAuthority(leasing.leases, service),
    bus: frame.bus,
    onFault: frame.onError('own lease'),
  });
  frame.metrics.gauge('own_lease_valid', 'Whether warm answers of the own database may be used.', () =>
    answers.leaseValid() ? 1 : 0,
  );
  const warm = createWarmDirectory(answers, database);
  const signingKeyStore = createPrismaSigningKeyStore(database, changes);
  const keys = createSigningKeys({
    store: signingKeyStore,
    vault: createKeyVault(Buffer.from(config.SIGNING_KEY_SECRET, 'base64')),
    warm,
    leadSeconds: Math.max(config.SIGNING_KEY_LEAD_SECONDS, config.JWKS_MAX_AGE_SECONDS),
    onError: frame.onError('signing keys'),
  });
  const keeper = new KeyKeeper({
    store: signingKeyStore,
    keys,
    rotationDays: config.SIGNING_KEY_ROTATION_DAYS,
    onError: frame.onError('signing keys'),
  });
  const sessions = createPrismaSessionStore(database, changes);
  const guessStore = new PostgresGuessStore(database);
  const revokedTokens = createPrismaRevokedTokens(changes, database);
  const factors = new UserFactorStore(database);
  const mailTokens = new MailTokenStore(database);
  const pruning = new Pruning(
    [sessions, guessStore, mailTokens, revokedTokens, factors],
    frame.onError('pruning'),
  );
  const tokenPepper = Buffer.from(config.TOKEN_PEPPER, 'base64');
  const allows = createAllowCounter({
    statements: database,
    metrics: frame.metrics,
    onError: frame.onError('counts'),
  });

  const passwords = createPasswordHasher({
    pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64'),
    cost: passwordHashCost(config),
    concurrency: config.PASSWORD_HASHES_AT_ONCE,
    maxWaiting: config.PASSWORD_HASHES_WAITING,
    onWork: observePasswordWork(frame.metrics),
  });
  const door = createRecordDoor({
    heimdallAdminUrl: config.HEIMDALL_ADMIN_URL,
    serviceToken: config.SERVICE_TOKEN,
    edgeSecret: config.EDGE_SECRET,
  });
  const upgrades = createPasswordUpgrades({ door, passwords, onError: frame.onError('password upgrades') });
  const lastUse = createLastUseReporter({ door, onError: frame.onError('last use') });

  const app = createTokensApp({
    deps: {
      directory: createPrismaDirectoryStore(database, changes),
      warm,
      sessions,
      signingKeyStore,
      keys,
      knownTokens: createKnownTokens(),
      allows,
      passwords,
      // One more than there are hashes at a time: its queries are done while another's password is checked.
      // Where the database is away nobody waits for a turn that could only fail.
      signIns: createBoundedQueue(config.PASSWORD_HASHES_AT_ONCE + 1, config.PASSWORD_HASHES_WAITING, {
        endsWaiting: isDatabaseAway,
      }),
      upgrades,
      lastUse,
      guesses: new GuessLimiter(guessStore, tokenPepper),
      freeGuesses: config.LIMIT_GUESSES,
      revokedTokens,
      secondFactor: new UserSecondFactor({
        store: factors,
        sealer: createSealer(Buffer.from(config.TWO_FACTOR_SECRET, 'base64'), 'second factors of end users'),
        pepper: tokenPepper,
        mail,
      }),
      door,
      inTransaction: (work) => database.$transaction(work),
      mail,
      mailTokens,
      limiter: frame.http.limiter,
      tokenPepper,
      publicUrl: config.PUBLIC_URL,
      jwksMaxAgeSeconds: config.JWKS_MAX_AGE_SECONDS,
    },
    http: {
      ...frame.http,
      introspector,
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      // Not heimdall-admin: its copy of the directory is all this service needs.
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      introspector.start();
      leasing.start();
      answers.start();
      keeper.start();
      pruning.start();
      allows.start();
      lastUse.start();
      mail.start();
      frame.start();
    },
    async close() {
      await introspector.stop();
      await answers.stop();
      await keeper.stop();
      await pruning.stop();
      await allows.stop();
      await upgrades.settled();
      await lastUse.stop();
      await leasing.stop();
      await mail.stop();
      await frame.close(database);
    },
  };
}
