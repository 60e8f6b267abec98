import type { heimdallAdminOperations } from '@pcft/contracts';
import type { Call, CallAudit, Handlers } from '@pcft/http';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { effectiveSettings } from './app-settings.ts';
import type { App } from './app.ts';
import type { AppStore, Changed, CommitChange } from './app-store.ts';
import { archiveApp, restoreApp, updateApp, updateAppSettings } from './change-app.ts';
import { appToWire } from './routes.ts';

type Operations = typeof heimdallAdminOperations;
type ChangeOperations = Pick<
  Operations,
  'updateApp' | 'archiveApp' | 'restoreApp' | 'getAppSettings' | 'updateAppSettings'
>;

export function appChangeHandlers(deps: {
  apps: AppStore;
  directory: DirectoryDelivery;
}): Handlers<ChangeOperations> {
  return {
    async updateApp({ located, body, audit }: Call<Operations['updateApp'], App>) {
      const { display_name: displayName, metadata } = body;
      const commit = row(audit, ({ displayName: display_name, metadata: data }) => ({
        display_name,
        metadata: data,
      }));
      const { after } = await updateApp(deps, located.id, { displayName, metadata }, commit);
      return appToWire(after);
    },
    async archiveApp({ located, audit }: Call<Operations['archiveApp'], App>) {
      return answer(audit, await archiveApp(deps, located.id, row(audit, statusOf)));
    },
    async restoreApp({ located, audit }: Call<Operations['restoreApp'], App>) {
      return answer(audit, await restoreApp(deps, located.id, row(audit, statusOf)));
    },
    getAppSettings: async ({ located }: { located: App }) => effectiveSettings(located.settings),
    async updateAppSettings({ located, body, audit }: Call<Operations['updateAppSettings'], App>) {
      const commit = row(audit, ({ settings }) => ({ ...settings }));
      const { after } = await updateAppSettings(deps, located.id, body, commit);
      return effectiveSettings(after.settings);
    },
  };
}

const statusOf = ({ status }: App) => ({ status });

/** The row of a change, with what it was and what it has become. */
function row(audit: CallAudit, show: (app: App) => Record<string, unknown>): CommitChange<App> {
  return (before, after) => (transaction) =>
    audit.commit(transaction, {
      target: { type: 'app', id: after.id },
      metadata: { name: after.name },
      changes: { before: show(before), after: show(after) },
    });
}

function answer(audit: CallAudit, { after, changed }: Changed<App>) {
  if (!changed) {
    audit.add({ target: { type: 'app', id: after.id } });
    audit.nothingChanged();
  }
  return appToWire(after);
}
