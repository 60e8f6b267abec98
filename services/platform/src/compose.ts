import { HolderRemoval, RevocationBarrier, systemClock } from '@pcft/auth';
import { createPasswordHasher, parseServiceKeys } from '@pcft/credentials';
import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { createServiceFrame, type ServiceParts } from '@pcft/service';
import { PrismaAccessTokenStore } from './access-tokens/prisma-access-token-store.ts';
import { PrismaAccountStore } from './accounts/prisma-account-store.ts';
import { createPlatformApp } from './app.ts';
import type { Config } from './config.ts';
import { PrismaClient } from './database.ts';
import { DatabaseIntrospector } from './introspection/database-introspector.ts';
import { PrismaIntrospectionStore } from './introspection/prisma-introspection-store.ts';
import { ChangeCommitter } from './invalidation/change-committer.ts';
import { createNatsInvalidationChannel } from './invalidation/nats-invalidation-channel.ts';
import { observeBarrier } from './invalidation/observe-barrier.ts';
import { pruneLog } from './invalidation/prune-log.ts';
import { LeaseKeeper } from './leases/lease-keeper.ts';
import { PrismaLeaseStore } from './leases/prisma-lease-store.ts';
import { PrismaMemberStore } from './members/prisma-member-store.ts';
import { PrismaPolicyStore } from './policies/prisma-policy-store.ts';
import { PrismaRoleStore } from './roles/prisma-role-store.ts';
import { PrismaUsageStore } from './usage/prisma-usage-store.ts';
import { UsageRecorder } from './usage/usage-recorder.ts';
import { PrismaWorkspaceStore } from './workspaces/prisma-workspace-store.ts';

export const service = 'platform';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const tokenPepper = Buffer.from(config.TOKEN_PEPPER, 'base64');

  const leases = new PrismaLeaseStore(database);
  const channel = createNatsInvalidationChannel(frame.bus);
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
    onError: frame.onError('leases'),
  });
  const usage = new UsageRecorder({
    store: new PrismaUsageStore(database),
    onError: frame.onError('usage'),
  });
  const introspections = new PrismaIntrospectionStore(database, tokenPepper);
  const acknowledgements = channel.onAcknowledged(({ holder, n }) => barrier.acknowledge(holder, n));

  const app = createPlatformApp({
    deps: {
      database,
      accounts: new PrismaAccountStore(database),
      workspaces: new PrismaWorkspaceStore(database),
      tokens: new PrismaAccessTokenStore(database),
      members: new PrismaMemberStore(database),
      policies: new PrismaPolicyStore(database),
      roles: new PrismaRoleStore(database),
      restoreDays: config.WORKSPACE_RESTORE_DAYS,
      passwords: createPasswordHasher({ pepper: Buffer.from(config.PASSWORD_PEPPER, 'base64') }),
      changes: new ChangeCommitter({
        database,
        barrier: observeBarrier(barrier, frame.metrics),
        clock: systemClock,
      }),
      introspections,
      leases,
      tokenPepper,
      noteUse: (id, ip) => usage.note(id, ip),
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
      keeper.start();
      usage.start();
      frame.start();
    },
    async close() {
      await keeper.stop();
      await usage.stop();
      await acknowledgements.close();
      await frame.close(database);
    },
  };
}
