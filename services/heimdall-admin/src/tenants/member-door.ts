import type { heimdallAdminOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { AppStore } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { activeApp } from '../user-door/register-user.ts';
import { asUser, assertDataPlane } from '../user-door/routes.ts';
import type { MemberStore } from './member-store.ts';

type Operations = typeof heimdallAdminOperations;

/** Memberships of the Consumer API: tokens has found out who asks. */
export function memberDoorHandlers(deps: {
  readonly apps: AppStore;
  readonly members: MemberStore;
  readonly directory: DirectoryDelivery;
}): Handlers<Pick<Operations, 'leaveTenant'>> {
  return {
    async leaveTenant({ callingService, params, audit }: Call<Operations['leaveTenant']>) {
      assertDataPlane(callingService);
      const app = await activeApp(deps.apps, params.app_id);
      const { user_id: userId, tenant_id: tenantId } = params;
      const done = await deps.members.remove(
        { appId: app.id, tenantId, userId },
        ({ role }) =>
          (transaction) =>
            audit.commit(transaction, {
              ...asUser(app, userId),
              action: 'tenant.member.left',
              metadata: { tenant_id: tenantId, role: role?.name ?? null },
            }),
      );
      if (!done) throw new Fault('not-found');
      // Also of one that had left: what the first call has left unconfirmed is brought over.
      await deps.directory.settle(done.pending, 'narrowing');
    },
  };
}
