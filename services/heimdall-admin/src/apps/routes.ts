import type { heimdallAdminOperations } from '@pcft/contracts';
import type { Call, Handlers } from '@pcft/http';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { chosenName, type App, type ChosenName } from './app.ts';
import type { AppStore } from './app-store.ts';
import { createApp } from './create-app.ts';

type Operations = typeof heimdallAdminOperations;
type AppOperations = Pick<Operations, 'createWorkspaceApp' | 'createApp' | 'listApps' | 'getApp'>;

export function appHandlers(deps: { apps: AppStore; directory: DirectoryDelivery }): Handlers<AppOperations> {
  const create = async (
    { access, audit }: Pick<Call, 'access' | 'audit'>,
    chosen: ChosenName,
    {
      display_name: displayName,
      metadata = {},
    }: { display_name: string; metadata?: Record<string, unknown> },
  ) => {
    if (!access) throw new Error('an app is created in a workspace');
    const app = await createApp(
      deps,
      { workspaceId: access.id, chosen, displayName, metadata },
      ({ id }) =>
        (transaction) =>
          audit.commit(transaction, {
            appId: id,
            target: { type: 'app', id },
            metadata: { name: chosen.name, display_name: displayName },
          }),
    );
    return appToWire(app);
  };

  return {
    createWorkspaceApp: ({ body, ...call }) => create(call, { name: body.slug, spelling: 'slug' }, body),
    createApp: async ({ body, ...call }) => create(call, chosenName(body), body),
    async listApps({ visible, query: { workspace_id: chosen, status, limit = 20, offset = 0 } }) {
      const workspaces = visible.filter(
        ({ id, slug }) => chosen === undefined || chosen === id || chosen === slug,
      );
      const { items, total } = await deps.apps.list(
        workspaces.map(({ id }) => id),
        { status },
        { limit, offset },
      );
      return { items: items.map(appToWire), total };
    },
    getApp: async ({ located }: { located: App }) => appToWire(located),
  };
}

/** Seed 001: an app as it is printed there. */
export function appToWire(app: App) {
  return {
    id: app.id,
    name: app.name,
    slug: app.name,
    workspace_id: app.workspaceId,
    display_name: app.displayName,
    status: app.status,
    metadata: { ...app.metadata },
    created_at: app.createdAt.toISOString(),
    updated_at: app.updatedAt.toISOString(),
  };
}
