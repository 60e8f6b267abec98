import type { DirectoryRecord } from '../directory/directory-record.ts';

/** A secret of a credential as it is kept. `until` `null`: the newest, good until it is rotated. */
export interface CredentialSecret {
  readonly digest: Buffer<ArrayBuffer> | Uint8Array<ArrayBuffer>;
  readonly lastFour: string;
  readonly createdAt: Date;
  readonly until: Date | null;
}

/** A machine identity of an app (seed 001, M2M). Secrets are shown once and never kept. */
export interface Credential {
  readonly id: string;
  readonly appId: string;
  /** `svc_…`, by which it asks for tokens. */
  readonly clientId: string;
  readonly name: string;
  readonly status: 'active' | 'revoked';
  readonly permissions: readonly string[];
  /** Newest first. */
  readonly secrets: readonly CredentialSecret[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** As tokens has reported it, some seconds late. */
  readonly lastUsedAt: Date | null;
}

/** So many secrets of one credential may be good at a time: the newest, and those in their overlap. */
export const mostSecrets = 5;

/**
 * The secrets after a rotation: the new one, the one before it until its overlap has ended, and older ones until the
 * end they were given, if that has not come. Without overlap all but the new one end now.
 */
export function rotated(
  held: readonly CredentialSecret[],
  fresh: CredentialSecret,
  overlapSeconds: number,
): CredentialSecret[] {
  if (overlapSeconds === 0) return [fresh];
  const now = fresh.createdAt.getTime();
  const end = new Date(now + overlapSeconds * 1000);
  const kept = held
    .filter(({ until }) => until === null || until.getTime() > now)
    .map((secret) => ({ ...secret, until: secret.until ?? end }));
  return [fresh, ...kept];
}

/** What the tokens service has to know of a credential: of a revoked one no secret. */
export function credentialRecord(credential: Credential): DirectoryRecord {
  const { id, appId, clientId, name, status, permissions, secrets, version } = credential;
  return {
    kind: 'credential',
    id,
    app_id: appId,
    version,
    deleted: false,
    data: {
      client_id: clientId,
      name,
      status,
      permissions: [...permissions],
      secrets: secrets.map(({ digest, until }) => ({
        digest: Buffer.from(digest).toString('hex'),
        until: until?.toISOString() ?? null,
      })),
    },
  };
}
