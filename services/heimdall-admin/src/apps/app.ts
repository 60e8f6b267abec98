import { invalid } from '@pcft/errors';
import type { DirectoryRecord } from '../directory/directory-record.ts';

/** Heimdall's isolated namespace of end users. */
export interface App {
  readonly id: string;
  readonly workspaceId: string;
  /** Global, immutable, kept after archiving; seed 000 calls it `slug`. */
  readonly name: string;
  readonly displayName: string;
  readonly status: 'active' | 'archived';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * The name a caller gives to a new app: `name` or `slug`, which are one field with two spellings.
 *
 * @throws Fault `validation` when there is none, or when both are given and differ
 */
export function chosenName({ name, slug }: { name?: string; slug?: string }): string {
  if (name !== undefined && slug !== undefined && name !== slug) {
    throw invalid(
      'slug',
      'differs from name',
      'name and slug are one field with two spellings; give one of them',
    );
  }
  const chosen = name ?? slug;
  if (chosen === undefined) throw invalid('name', 'required', 'name is required');
  return chosen;
}

/** What the tokens service has to know of an app. */
export function appRecord({ id, workspaceId, name, status, version }: App): DirectoryRecord {
  return {
    kind: 'app',
    id,
    app_id: id,
    version,
    deleted: false,
    data: { workspace_id: workspaceId, name, status },
  };
}
