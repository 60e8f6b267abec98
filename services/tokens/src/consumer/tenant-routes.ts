import type { tokensOperations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Handlers } from '@pcft/http';
import { issueForTenant } from '../grants/issue-for-tenant.ts';
import type { ConsumerDeps } from './consumer-deps.ts';
import { giveAccessToken } from './give-tokens.ts';
import { leaveTenant } from './leave-tenant.ts';
import { addressedApp, signedIn } from './signed-in.ts';

type TenantOperations = Pick<
  typeof tokensOperations,
  'listUserTenants' | 'switchUserTenant' | 'leaveUserTenant'
>;

/** The tenants of an end user, and in which of them the session goes on. */
export function userTenantHandlers(deps: ConsumerDeps): Handlers<TenantOperations> {
  return {
    async listUserTenants(call) {
      const { appId, userId } = signedIn(call);
      const { limit = 20, offset = 0 } = call.query;
      const memberships = await deps.directory.membershipsOf(appId, userId);
      const current = call.principal?.tenantId;
      return {
        items: memberships.slice(offset, offset + limit).map(({ tenantId, name, displayName, roles }) => ({
          id: tenantId,
          name,
          display_name: displayName,
          roles: [...roles],
          current: tenantId === current,
        })),
        total: memberships.length,
      };
    },

    async switchUserTenant(call) {
      const app = await addressedApp(deps.warm, call);
      const { userId, sessionId } = signedIn(call);
      const { tenant_id: tenantId } = call.body;
      call.audit.add({ metadata: { tenant_id: tenantId } });
      const switched = await issueForTenant(deps, app, { userId, sessionId, tenantId }, (transaction) =>
        call.audit.commit(transaction, { target: { type: 'session', id: sessionId } }),
      );
      if (switched.refused === 'tenant_refused') throw new Fault('tenant-refused');
      // Since the token was verified.
      if (switched.refused !== null) throw new Fault('api-key-invalid');
      return giveAccessToken(call, switched.granted);
    },

    async leaveUserTenant(call) {
      const app = await addressedApp(deps.warm, call);
      const { userId } = signedIn(call);
      await leaveTenant(deps, app, { userId, tenantId: call.params.tenant_id }, call);
    },
  };
}
