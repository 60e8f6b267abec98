import { platformOperations } from '@pcft/contracts';
import { createServiceApp, type Call, type Handler, type Handlers, type ServiceAppOptions } from '@pcft/http';
import type { AccountMailPorts } from './account-mail/account-mail-ports.ts';
import { accountMailHandlers } from './account-mail/routes.ts';
import { apiKeyHandlers } from './access-tokens/api-key-routes.ts';
import { accessTokenHandlers } from './access-tokens/routes.ts';
import type { PrismaAccessTokenStore } from './access-tokens/prisma-access-token-store.ts';
import { currentUserHandlers } from './accounts/current-user.ts';
import type { DeviceCookies } from './accounts/device-cookie.ts';
import { ownAccountHandlers } from './accounts/own-account-routes.ts';
import type { PrismaAccountErasure } from './accounts/prisma-account-erasure.ts';
import { accountHandlers } from './accounts/routes.ts';
import type { SignInPorts } from './accounts/sign-in-with-email.ts';
import type { SignUpPorts } from './accounts/sign-up-with-email.ts';
import type { IntrospectionStore } from './introspection/prisma-introspection-store.ts';
import { introspectionHandlers } from './introspection/routes.ts';
import type { LeaseStore } from '@pcft/lease-postgres';
import type { InvitePorts } from './invites/invite-ports.ts';
import { inviteHandlers } from './invites/routes.ts';
import { leaseHandlers } from './leases/routes.ts';
import { memberHandlers } from './members/routes.ts';
import type { PrismaMemberStore } from './members/prisma-member-store.ts';
import { managedPolicyHandlers } from './policies/managed-policy-routes.ts';
import type { PrismaPolicyStore } from './policies/prisma-policy-store.ts';
import { policyHandlers } from './policies/routes.ts';
import type { PrismaRoleStore } from './roles/prisma-role-store.ts';
import { roleHandlers } from './roles/routes.ts';
import { accountSessionHandlers } from './sessions/routes.ts';
import { twoFactorHandlers } from './two-factor/routes.ts';
import type { PasskeyPorts } from './passkeys/passkey-ports.ts';
import { passkeyHandlers } from './passkeys/routes.ts';
import type { PrismaLeakStore } from './leaks/prisma-leak-store.ts';
import { leakHandlers } from './leaks/routes.ts';
import type { ScanningKeys } from './leaks/scanning-keys.ts';
import { reportedTokenHandlers } from './token-reports/routes.ts';
import { usageHandlers } from './usage/routes.ts';
import type { UsageLog } from './usage/usage-log.ts';
import type { Use } from './usage/usage-store.ts';
import { internalPlanHandlers } from './plans/internal-routes.ts';
import { planHandlers } from './plans/routes.ts';
import type { PlanPorts } from './plans/change-plan.ts';
import { workspaceSettingsHandlers } from './workspace-settings/routes.ts';
import type { PrismaSettingsStore } from './workspace-settings/prisma-settings-store.ts';
import { organizationHandlers } from './workspaces/organization-routes.ts';
import { workspaceHandlers } from './workspaces/routes.ts';
import { workspaceChangeHandlers } from './workspaces/change-routes.ts';

type Operations = typeof platformOperations;

export interface AppOptions {
  readonly deps: SignUpPorts &
    SignInPorts &
    PasskeyPorts &
    AccountMailPorts &
    InvitePorts &
    PlanPorts & {
      readonly settings: PrismaSettingsStore;
      readonly devices: DeviceCookies;
      readonly erasure: PrismaAccountErasure;
      readonly tokens: PrismaAccessTokenStore;
      readonly members: PrismaMemberStore;
      readonly policies: PrismaPolicyStore;
      readonly roles: PrismaRoleStore;
      readonly restoreDays: number;
      readonly introspections: IntrospectionStore;
      readonly leases: LeaseStore;
      /** Notes that a credential was used. */
      readonly noteUse: (use: Omit<Use, 'at'>) => void;
      readonly leaks: PrismaLeakStore;
      readonly scanningKeys: ScanningKeys;
      readonly usageLog: UsageLog;
    };
  readonly http: Omit<ServiceAppOptions<Operations>, 'service' | 'operations' | 'handlers' | 'locators'>;
}

/** Platform's HTTP side: every declared operation and its handler. */
export function createPlatformApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  const noteCall = usedIn(deps.noteUse);
  return createServiceApp({
    ...http,
    onRepeat: noteCall,
    service: 'platform',
    operations: platformOperations,
    handlers: {
      ...notingUse(noteCall, {
        ...accountHandlers(deps),
        ...ownAccountHandlers(deps),
        ...twoFactorHandlers(deps),
        ...passkeyHandlers(deps),
        ...accountSessionHandlers(deps),
        ...accountMailHandlers(deps),
        ...inviteHandlers(deps),
        ...workspaceHandlers(deps),
        ...workspaceChangeHandlers(deps),
        ...planHandlers(deps),
        ...usageHandlers(deps),
        ...reportedTokenHandlers(deps),
        ...internalPlanHandlers(deps),
        ...leakHandlers({ ...deps, outbox: http.outbox, publicUrl: http.publicUrl }),
        ...workspaceSettingsHandlers(deps),
        ...memberHandlers(deps),
        ...managedPolicyHandlers(deps),
        ...roleHandlers(deps),
        ...policyHandlers({ ...deps, introspector: http.introspector }),
        ...accessTokenHandlers(deps),
        ...currentUserHandlers(deps),
        ...organizationHandlers(deps),
        ...apiKeyHandlers(deps),
      }),
      ...introspectionHandlers(deps.introspections, deps.noteUse, http.publicUrl),
      ...leaseHandlers(deps.leases),
    },
  });
}

/** Every call that was let in is a use of its credential, whatever becomes of the call. */
const usedIn =
  (noteUse: AppOptions['deps']['noteUse']) =>
  ({ principal, request }: Pick<Call<unknown>, 'principal' | 'request'>): void => {
    if (principal) noteUse({ id: principal.id, ip: request.clientIp, service: 'platform' });
  };

function notingUse<H extends Partial<Handlers<Operations>>>(
  noteCall: ReturnType<typeof usedIn>,
  handlers: H,
): H {
  const noting = Object.entries(handlers).map(([operationId, handler]) => {
    const handle: Handler<unknown> = (call) => {
      noteCall(call);
      return (handler as Handler<unknown>)(call);
    };
    return [operationId, handle];
  });
  return Object.fromEntries(noting) as H;
}
