import { heimdallAdminOperations } from '@pcft/contracts';
import type { PasswordHasher } from '@pcft/credentials';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import type { AppKeyStore } from './app-keys/app-key-store.ts';
import { appKeyHandlers } from './app-keys/routes.ts';
import type { AppStore } from './apps/app-store.ts';
import { locateApp } from './apps/locate-app.ts';
import { appOwnerHandlers } from './apps/owner-routes.ts';
import { appChangeHandlers } from './apps/change-routes.ts';
import { appHandlers } from './apps/routes.ts';
import type { CredentialStore } from './credentials/credential-store.ts';
import { credentialHandlers } from './credentials/routes.ts';
import type { DirectoryDelivery } from './directory/directory-delivery.ts';
import type { RoleStore } from './roles/role-store.ts';
import { roleHandlers } from './roles/routes.ts';
import { inviteDoorHandlers } from './invites/door-routes.ts';
import { inviteHandlers } from './invites/routes.ts';
import type { CreateInviteDeps } from './invites/create-invite.ts';
import type { SignInGuesses } from './invites/sign-in-guesses.ts';
import type { LastUseStore } from './user-door/last-use-store.ts';
import { locateTenant } from './tenants/locate-tenant.ts';
import { memberDoorHandlers } from './tenants/member-door.ts';
import { tenantMemberHandlers } from './tenants/member-routes.ts';
import type { MemberStore } from './tenants/member-store.ts';
import { tenantHandlers } from './tenants/routes.ts';
import type { TenantStore } from './tenants/tenant-store.ts';
import { userDoorHandlers } from './user-door/routes.ts';
import { userChangeHandlers } from './users/change-routes.ts';
import { userHandlers } from './users/routes.ts';
import type { UserStore } from './users/user-store.ts';

type HttpOptions = Omit<
  ServiceAppOptions<typeof heimdallAdminOperations>,
  'service' | 'operations' | 'handlers' | 'locators'
>;

export interface AppOptions {
  readonly deps: CreateInviteDeps & {
    readonly apps: AppStore;
    readonly keys: AppKeyStore;
    readonly users: UserStore;
    readonly roles: RoleStore;
    readonly credentials: CredentialStore;
    readonly tenants: TenantStore;
    readonly members: MemberStore;
    readonly lastUse: LastUseStore;
    readonly directory: DirectoryDelivery;
    readonly passwords: PasswordHasher;
    readonly guesses: SignInGuesses;
  };
  readonly http: HttpOptions;
}

/** The control plane's HTTP side: every declared operation and its handler. */
export function createHeimdallAdminApp({ deps, http }: AppOptions): ReturnType<typeof createServiceApp> {
  return createServiceApp({
    ...http,
    service: 'heimdall-admin',
    operations: heimdallAdminOperations,
    handlers: {
      ...appHandlers(deps),
      ...appOwnerHandlers(deps),
      ...appChangeHandlers(deps),
      ...appKeyHandlers(deps),
      ...userHandlers(deps),
      ...userChangeHandlers(deps),
      ...roleHandlers(deps),
      ...credentialHandlers(deps),
      ...tenantHandlers(deps),
      ...tenantMemberHandlers(deps),
      ...memberDoorHandlers(deps),
      ...inviteHandlers(deps),
      ...inviteDoorHandlers(deps),
      ...userDoorHandlers(deps),
    },
    locators: { app: locateApp(deps.apps), tenant: locateTenant(deps.apps, deps.tenants) },
  });
}
