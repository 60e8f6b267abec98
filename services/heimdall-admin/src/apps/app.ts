import type { AppSettings, AppSettingsPatch } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { DirectoryRecord } from '../directory/directory-record.ts';
import { effectiveSettings } from './app-settings.ts';

/** Heimdall's isolated namespace of end users. */
export interface App {
  readonly id: string;
  readonly workspaceId: string;
  /** Global, immutable, kept after archiving; seed 000 calls it `slug`. */
  readonly name: string;
  readonly displayName: string;
  readonly status: 'active' | 'archived';
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Only what was chosen; `effectiveSettings` says what holds. */
  readonly settings: AppSettingsPatch;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The name of an app, and the field in which the caller wrote it. */
export interface ChosenName {
  readonly name: string;
  readonly spelling: 'name' | 'slug';
}

/**
 * The name a caller gives to a new app: `name` or `slug`, which are one field with two spellings.
 *
 * @throws Fault `validation` when there is none, or when both are given and differ
 */
export function chosenName({ name, slug }: { name?: string; slug?: string }): ChosenName {
  if (name !== undefined && slug !== undefined && name !== slug) {
    throw invalid(
      'slug',
      'differs from name',
      'name and slug are one field with two spellings; give one of them',
    );
  }
  if (name !== undefined) return { name, spelling: 'name' };
  if (slug !== undefined) return { name: slug, spelling: 'slug' };
  throw invalid('name', 'required', 'name is required');
}

/**
 * Everything that adds or changes asks this first. What only takes away (revoking a key, deactivating a user) does
 * not: what has to go must not need the app to be restored.
 *
 * @throws Fault `conflict` for an archived app
 */
export function assertActive({ status }: Pick<App, 'status'>): void {
  if (status === 'active') return;
  throw new Fault('conflict', {
    message: 'The app is archived; restore it to change it',
    details: [{ field: 'app', reason: 'archived' }],
  });
}

/** What the tokens service has to know of an app. */
export function appRecord(app: App): DirectoryRecord {
  const { id, workspaceId, name, displayName, status, version } = app;
  const settings = settingsForTokens(effectiveSettings(app.settings));
  return {
    kind: 'app',
    id,
    app_id: id,
    version,
    deleted: false,
    data: { workspace_id: workspaceId, name, status, display_name: displayName, settings },
  };
}

/** A tokens service from before the mail about second factors refuses its template; one that was not set says nothing. */
function settingsForTokens(settings: AppSettings): AppSettings {
  const { second_factor: chosen, ...templates } = settings.mail.templates;
  return { ...settings, mail: { ...settings.mail, templates: chosen ? settings.mail.templates : templates } };
}
