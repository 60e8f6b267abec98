import type { DirectoryRecord } from '../directory/directory-record.ts';

/** The key by which a running backend calls for its app. The secret is shown once and never kept. */
export interface AppKey {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly lastFour: string;
  /** What the key may do, `resource:verb`. */
  readonly permissions: readonly string[];
  readonly version: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** As tokens has reported it, some seconds late. */
  readonly lastUsedAt: Date | null;
}

/** What the tokens service has to know of a key: once it is revoked, only that. */
export function appKeyRecord(key: AppKey, digest: Buffer | Uint8Array): DirectoryRecord {
  const { id, appId, name, permissions, version, expiresAt, revokedAt } = key;
  const fields = { kind: 'app-key', id, app_id: appId, version } as const;
  if (revokedAt) return { ...fields, deleted: true, data: null };
  const data = {
    name,
    digest: Buffer.from(digest).toString('hex'),
    expires_at: expiresAt?.toISOString() ?? null,
    permissions: [...permissions],
  };
  return { ...fields, deleted: false, data };
}
