import type { platformSubjectKinds } from '@pcft/auth';
import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { LeaseStore } from '@pcft/lease-postgres';

type LeaseOperations = Pick<typeof operations, 'joinLease' | 'renewLease' | 'leaveLease'>;

/** A holder belongs to the service that joined with it; to any other it is unknown. */
export function leaseHandlers(leases: LeaseStore): Handlers<LeaseOperations> {
  return {
    async joinLease(call) {
      return leases.join(serviceOf(call));
    },

    async renewLease(call) {
      const renewal = await leases.renew(call.params.holder, serviceOf(call), call.body.after);
      if (!renewal.open) return { open: false };
      const { epoch, n, rows } = renewal;
      // A CHECK of this database's log admits platform's kinds only.
      const own = [...(rows ?? [])] as {
        n: number;
        kind: (typeof platformSubjectKinds)[number];
        id: string;
      }[];
      return { open: true, epoch, n, pruned: rows === null, rows: own };
    },

    async leaveLease(call) {
      await leases.leave(call.params.holder, serviceOf(call));
    },
  };
}

function serviceOf(call: Call): string {
  if (call.callingService === null) throw new Fault('credential-missing');
  return call.callingService;
}
