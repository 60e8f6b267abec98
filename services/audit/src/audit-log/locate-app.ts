import type { Locator } from '@pcft/http';
import type { AppOwner, AppOwners } from './app-owners.ts';

/** What could be an app's id or name; anything else is refused with the path. */
const reference = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** The locator of `/v1/apps/:app/audit-logs`: an app's rows stand in the log of the workspace that owns it. */
export function locateApp(owners: AppOwners): Locator<AppOwner> {
  return async ({ params }) => {
    const app = params['app'] ?? '';
    const owner = reference.test(app) ? await owners.find(app) : null;
    return (
      owner && {
        workspaceId: owner.workspaceId,
        urn: { ...params, app: owner.id },
        appId: owner.id,
        entity: owner,
      }
    );
  };
}
