import type { DirectoryRecord } from '../directory/directory-record.ts';

/** The key by which a running backend calls for its app. The secret is shown once and never kept. */
export interface AppKey {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly lastFour: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What the tokens service has to know of a key: once it is revoked, only that. */
export function appKeyRecord(key: AppKey, digest: Buffer | Uint8Array): DirectoryRecord {
  const { id, appId, name, version, expiresAt, revokedAt } = key;
  const fields = { kind: 'app-key', id, app_id: appId, version } as const;
  if (revokedAt) return { ...fields, deleted: true, data: null };
  const data = {
    name,
    digest: Buffer.from(digest).toString('hex'),
    expires_at: expiresAt?.toISOString() ?? null,
  };
  return { ...fields, deleted: false, data };
}
