import { platformInvalidations, systemClock } from '@pcft/auth';
import { Pruning } from '@pcft/background';
import { createPasswordHasher, createSealer, parseServiceKeys } from '@pcft/credentials';
import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { planCatalogue } from '@pcft/plans';
import { GuessLimiter, PostgresGuessStore } from '@pcft/limits';
import { createLeaseKeeping } from '@pcft/lease-postgres';
import { createServiceFrame, observePasswordWork, passwordHashCost, type ServiceParts } from '@pcft/service';
import { AccountMails } from './account-mail/account-mails.ts';
import { OneTimeTokenStore } from './account-mail/one-time-token-store.ts';
import { PrismaAccessTokenStore } from './access-tokens/prisma-access-token-store.ts';
import { DeviceCookies } from './accounts/device-cookie.ts';
import { PrismaAccountErasure } from './accounts/prisma-account-erasure.ts';
import { PrismaAccountStore } from './accounts/prisma-account-store.ts';
import { createPlatformApp } from './app.ts';
import type { Config } from './config.ts';
import { PrismaClient } from './database.ts';
import { DatabaseIntrospector } from './introspection/database-introspector.ts';
import { PrismaIntrospectionStore } from './introspection/prisma-introspection-store.ts';
import { ChangeCommitter } from './invalidation/change-committer.ts';
import { PrismaInviteStore } from './invites/prisma-invite-store.ts';
import { observeBarrier } from './invalidation/observe-barrier.ts';
import { PrismaLeakStore } from './leaks/prisma-leak-store.ts';
import { readScanningKeys } from './leaks/scanning-keys.ts';
import { PrismaMemberStore } from './members/prisma-member-store.ts';
import { PrismaPolicyStore } from './policies/prisma-policy-store.ts';
import { PrismaRoleStore } from './roles/prisma-role-store.ts';
import { PrismaSessionStore } from './sessions/prisma-session-store.ts';
import { PrismaTwoFactorStore } from './two-factor/prisma-two-factor-store.ts';
import { SecondFactor } from './two-factor/second-factor.ts';
import { relyingParty } from './passkeys/passkey-ports.ts';
import { PrismaPasskeyStore } from './passkeys/prisma-passkey-store.ts';
import { PlanLimits } from './plans/plan-limits.ts';
import { PrismaPlanStore } from './plans/prisma-plan-store.ts';
import { PrismaUsageStore } from './usage/prisma-usage-store.ts';
import { createUsageLog } from './usage/usage-log.ts';
import { UsageRecorder } from './usage/usage-recorder.ts';
import { PrismaSettingsStore } from './workspace-settings/prisma-settings-store.ts';
import { PrismaWorkspaceStore } from './workspaces/prisma-workspace-store.ts';

export const service = 'platform';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const tokenPepper = Buffer.from(config.TOKEN_PEPPER, 'base64');

  const mail = frame.createMail(config);

  const leasing = createLeaseKeeping({
    database,
    bus: frame.bus,
    subjects: platformInvalidations,
    onError: frame.onError('leases'),
  });
  const usage = new UsageRecorder({
    store: new PrismaUsageStore(database, config.SESSION_IDLE_SECONDS),
    onError: frame.onError('usage'),
  });
  const plans = new PrismaPlanStore(database);
  const introspections = new PrismaIntrospectionStore(database, tokenPepper);

  const guessStore = new PostgresGuessStore(database);
  const invites = new PrismaInviteStore(database);
  const pruning = new Pruning([guessStore, invites], frame.onError('pruning'));

  const factors = new PrismaTwoFactorStore(database);
  const sealer = createSealer(Buffer.from(config.TWO_FACTOR_SECRET, 'base64'), 'second factors');

  const app = createPlatformApp({
    deps: {
      database,
      accounts: new PrismaAccountStore(database),
      workspaces: new PrismaWorkspaceStore(database),
      tokens: new PrismaAccessTokenStore(database),
      members: new PrismaMemberStore(database),
      policies: new PrismaPolicyStore(database),
      roles: new PrismaRoleStore(database),
      plans,
      planLimits: new PlanLimits(planCatalogue(config.PLAN_LIMITS), plans),
      settings: new PrismaSettingsStore(database),
      restoreDays: config.WORKSPACE_RESTORE_DAYS,
      passwords: createPasswordHasher({
        pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64'),
        cost: passwordHashCost(config),
        onWork: observePasswordWork(frame.metrics),
      }),
      changes: new ChangeCommitter({
        database,
        barrier: observeBarrier(leasing.barrier, frame.metrics),
        clock: systemClock,
      }),
      guesses: new GuessLimiter(guessStore, tokenPepper),
      freeGuesses: config.LIMIT_GUESSES,
      sessions: new PrismaSessionStore(database, {
        absoluteSeconds: config.SESSION_TTL_SECONDS,
        idleSeconds: config.SESSION_IDLE_SECONDS,
      }),
      erasure: new PrismaAccountErasure(),
      factors,
      passkeys: new PrismaPasskeyStore(database),
      relyingParty: relyingParty(config.PUBLIC_URL),
      secondFactor: new SecondFactor({ factors, sealer, pepper: tokenPepper }),
      devices: new DeviceCookies(tokenPepper),
      introspections,
      leases: leasing.leases,
      tokenPepper,
      mail,
      mails: new AccountMails(config.PUBLIC_URL),
      oneTimeTokens: new OneTimeTokenStore(database),
      invites,
      limiter: frame.http.limiter,
      publicUrl: config.PUBLIC_URL,
      requireVerifiedEmail: config.REQUIRE_VERIFIED_EMAIL,
      noteUse: (use) => usage.note(use),
      leaks: new PrismaLeakStore(database),
      scanningKeys: readScanningKeys(config.SECRET_SCANNING_KEYS),
      usageLog: createUsageLog({ auditUrl: config.AUDIT_URL, serviceToken: config.SERVICE_TOKEN }),
    },
    http: {
      ...frame.http,
      introspector: new DatabaseIntrospector(introspections),
      serviceKeys: parseServiceKeys(config.SERVICE_KEYS),
      // Without NATS revokes take W, without Redis limits are counted in process: neither makes it unready.
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      leasing.start();
      usage.start();
      mail.start();
      pruning.start();
      frame.start();
    },
    async close() {
      await leasing.stop();
      await usage.stop();
      await mail.stop();
      await pruning.stop();
      await frame.close(database);
    },
  };
}
