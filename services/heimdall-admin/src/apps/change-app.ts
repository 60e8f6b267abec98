import type { AppSettingsPatch } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { DirectoryDelivery, Reach } from '../directory/directory-delivery.ts';
import { mergeMetadata } from '../metadata.ts';
import { chooseSettings } from './app-settings.ts';
import { assertActive, type App } from './app.ts';
import type { AppStore, Changed, CommitChange } from './app-store.ts';

interface ChangeAppDeps {
  readonly apps: AppStore;
  readonly directory: DirectoryDelivery;
}

async function changeApp(
  { apps, directory }: ChangeAppDeps,
  id: string,
  reach: Reach,
  decide: (app: App) => App,
  commit: CommitChange<App>,
): Promise<Changed<App>> {
  const done = await apps.change(id, decide, commit);
  if (!done) throw new Fault('not-found');
  await directory.settle(done.pending, reach);
  return done;
}

export interface AppEdit {
  readonly displayName?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Renames an app for display, or merges into its metadata. @throws Fault `conflict` for an archived app */
export function updateApp(deps: ChangeAppDeps, id: string, edit: AppEdit, commit: CommitChange<App>) {
  const decide = (app: App): App => {
    assertActive(app);
    return {
      ...app,
      ...(edit.displayName !== undefined && { displayName: edit.displayName }),
      ...(edit.metadata && { metadata: mergeMetadata(app.metadata, edit.metadata) }),
    };
  };
  return changeApp(deps, id, 'widening', decide, commit);
}

/**
 * Narrowing: when it returns, tokens of the app and keys for it work nowhere. Everything stays, and so does the name.
 *
 * @throws Fault `unavailable` when the tokens service has not confirmed; it follows by itself
 */
export function archiveApp(deps: ChangeAppDeps, id: string, commit: CommitChange<App>) {
  const decide = (app: App): App => (app.status === 'archived' ? app : { ...app, status: 'archived' });
  return changeApp(deps, id, 'narrowing', decide, commit);
}

/** Widening: what has not expired or been revoked meanwhile works again. */
export function restoreApp(deps: ChangeAppDeps, id: string, commit: CommitChange<App>) {
  const decide = (app: App): App => (app.status === 'active' ? app : { ...app, status: 'active' });
  return changeApp(deps, id, 'widening', decide, commit);
}

/** Treated as narrowing: who may sign up, or for how long, is in force when the call returns. */
export function updateAppSettings(
  deps: ChangeAppDeps,
  id: string,
  patch: AppSettingsPatch,
  commit: CommitChange<App>,
) {
  const decide = (app: App): App => {
    assertActive(app);
    return { ...app, settings: chooseSettings(app.settings, patch) };
  };
  return changeApp(deps, id, 'narrowing', decide, commit);
}
