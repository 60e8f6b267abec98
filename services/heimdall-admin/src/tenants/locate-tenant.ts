import type { Locator } from '@pcft/http';
import type { App } from '../apps/app.ts';
import type { AppStore } from '../apps/app-store.ts';
import type { Tenant } from './tenant.ts';
import type { TenantStore } from './tenant-store.ts';

/** What the tenant locator finds. */
export interface LocatedTenant {
  readonly app: App;
  /** Perhaps a deleted one: only who deletes it again may notice. */
  readonly tenant: Tenant;
}

/** The locator of every operation under `/v1/apps/:app/tenants/:tenant`: by ids or names, to the owning workspace. */
export function locateTenant(apps: AppStore, tenants: TenantStore): Locator<LocatedTenant> {
  return async ({ params }) => {
    const app = params['app'] === undefined ? null : await apps.find(params['app']);
    const reference = params['tenant'];
    const tenant = app && reference !== undefined ? await tenants.find(app.id, reference) : null;
    if (!app || !tenant) return null;
    const urn = { app: app.id, tenant: tenant.id };
    return { workspaceId: app.workspaceId, urn, appId: app.id, entity: { app, tenant } };
  };
}
