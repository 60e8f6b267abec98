import { HolderRemoval, RevocationBarrier, systemClock, type InvalidationSubjects } from '@pcft/auth';
import type { Bus } from '@pcft/events';
import { LeaseKeeper } from './lease-keeper.ts';
import { createNatsInvalidationChannel } from './nats-invalidation-channel.ts';
import { PostgresLeaseStore, type LeaseStore } from './postgres-lease-store.ts';
import { pruneLog } from './prune-log.ts';
import type { Statements } from './statements.ts';

/** The keeper's side of a process: who holds leases, what a narrowing change waits for, and the housekeeping. */
export interface LeaseKeeping {
  readonly leases: LeaseStore;
  readonly barrier: RevocationBarrier;
  start(): void;
  stop(): Promise<void>;
}

/** One per process of the service whose database holds the log. Instances share nothing but that database. */
export function createLeaseKeeping(options: {
  readonly database: Statements;
  readonly bus: Bus;
  readonly subjects: InvalidationSubjects;
  readonly onError: (error: unknown) => void;
}): LeaseKeeping {
  const { database, bus, subjects, onError } = options;
  const leases = new PostgresLeaseStore(database);
  const channel = createNatsInvalidationChannel(bus, subjects);
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
    onError,
  });
  const acknowledgements = channel.onAcknowledged(({ holder, n }) => barrier.acknowledge(holder, n));
  return {
    leases,
    barrier,
    start: () => keeper.start(),
    async stop() {
      await keeper.stop();
      await acknowledgements.close();
    },
  };
}
