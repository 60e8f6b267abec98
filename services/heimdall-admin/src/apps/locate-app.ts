import type { Locator } from '@pcft/http';
import type { App } from './app.ts';
import type { AppStore } from './app-store.ts';

/** The locator of every operation under `/v1/apps/:app`: by id or name, to the owning workspace and the URN's id. */
export function locateApp(apps: AppStore): Locator<App> {
  return async ({ params }) => {
    const app = params['app'] === undefined ? null : await apps.find(params['app']);
    return app && { workspaceId: app.workspaceId, urn: { app: app.id }, appId: app.id, entity: app };
  };
}
