import type { LeaseAuthority } from '@pcft/auth';
import type { LeaseStore } from './postgres-lease-store.ts';

/** For a process that holds a lease on the log of its own database: it asks nobody else. */
export function createOwnLeaseAuthority(leases: LeaseStore, service: string): LeaseAuthority {
  return {
    async join() {
      const { holder, epoch, n } = await leases.join(service);
      return { holderId: holder, epoch, n };
    },
    renew: (holderId, after) => leases.renew(holderId, service, after),
    leave: (holderId) => leases.leave(holderId, service),
  };
}
