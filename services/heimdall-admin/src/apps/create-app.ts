import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { newRole } from '../roles/role.ts';
import { boundedMetadata } from '../metadata.ts';
import type { App, ChosenName } from './app.ts';
import type { AppStore, Commit } from './app-store.ts';

export interface NewApp {
  readonly workspaceId: string;
  readonly chosen: ChosenName;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Creates an app with its first role, `admin`, which seed 001's user example names and which may be deleted. Widening:
 * answers also when the tokens service is away, and follows.
 *
 * @throws Fault `conflict` when the name is taken, `validation` for metadata that is too large
 */
export async function createApp(
  { apps, directory }: { apps: AppStore; directory: DirectoryDelivery },
  { chosen, ...input }: NewApp,
  commit: (app: App) => Commit,
): Promise<App> {
  const now = new Date();
  const app: App = {
    ...input,
    metadata: boundedMetadata(input.metadata),
    id: createId('app_'),
    name: chosen.name,
    status: 'active',
    settings: {},
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const admin = newRole(app.id, { name: 'admin', displayName: 'Admin', permissions: ['*:*'] }, now);
  const pending = await apps.create(app, admin, commit(app));
  if (!pending) throw nameTaken(chosen);
  await directory.settle(pending, 'widening');
  return app;
}

/** Told also of a name that another workspace holds: names are global (the known exception to masking). */
function nameTaken({ spelling }: ChosenName): Fault {
  return new Fault('conflict', {
    message: 'An app of this name exists already',
    details: [{ field: spelling, reason: 'taken' }],
  });
}
