import { createId } from '@pcft/credentials';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { newRole } from '../roles/role.ts';
import type { App } from './app.ts';
import type { AppStore, Commit } from './app-store.ts';

export interface NewApp {
  readonly workspaceId: string;
  readonly name: string;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Creates an app with its first role, `admin`, which seed 001's user example names and which may be deleted. Widening:
 * answers also when the tokens service is away, and follows.
 *
 * @throws Fault `conflict` when the name is taken
 */
export async function createApp(
  { apps, directory }: { apps: AppStore; directory: DirectoryDelivery },
  input: NewApp,
  commit: (app: App) => Commit,
): Promise<App> {
  const now = new Date();
  const app: App = {
    ...input,
    id: createId('app_'),
    status: 'active',
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const admin = newRole(app.id, { name: 'admin', displayName: 'Admin', permissions: ['*:*'] }, now);
  const pending = await apps.create(app, admin, commit(app));
  await directory.settle(pending, 'widening');
  return app;
}
