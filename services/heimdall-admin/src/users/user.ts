import type { DirectoryRecord } from '../directory/directory-record.ts';
import { boundedMetadata } from '../metadata.ts';

/** An end user of one app; never an account. */
export interface User {
  readonly id: string;
  readonly appId: string;
  readonly email: string;
  readonly displayName: string;
  /** `null`: cannot sign in by password. */
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  /** Rises when all sessions of the user end. */
  readonly sessionEpoch: number;
  /** The one session that the rise of `sessionEpoch` to `keptAtEpoch` left alone; `null`: it ended all. */
  readonly keptSessionId: string | null;
  readonly keptAtEpoch: number | null;
  readonly status: 'active' | 'deactivated';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly roles: readonly { readonly id: string; readonly name: string }[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What an address is unique by: one user an address and app, however it is written. */
export function emailKey(email: string): string {
  return email.toLowerCase();
}

/** A name to show for somebody of whom only the address is known. */
export function nameFromEmail(email: string): string {
  return email.slice(0, email.lastIndexOf('@'));
}

/** A user who has just come to be; what is left out is what most have. */
export function newUser(
  given: Pick<User, 'id' | 'appId' | 'email' | 'passwordHash'> &
    Partial<Pick<User, 'emailVerified' | 'status' | 'roles'>> & {
      readonly displayName?: string | undefined;
      readonly metadata?: User['metadata'] | undefined;
    },
  now: Date,
): User {
  return {
    emailVerified: false,
    status: 'active',
    roles: [],
    ...given,
    displayName: given.displayName ?? nameFromEmail(given.email),
    metadata: boundedMetadata(given.metadata ?? {}),
    sessionEpoch: 1,
    keptSessionId: null,
    keptAtEpoch: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * What the tokens service has to know of a user. A kept session is named only where there is one: a tokens service from
 * before it refuses a record with a field it does not know, and nearly all records need none.
 */
export function userRecord(user: User): DirectoryRecord {
  const kept = keptSession(user);
  return {
    kind: 'user',
    id: user.id,
    app_id: user.appId,
    version: user.version,
    deleted: false,
    data: {
      email: user.email,
      status: user.status,
      password_hash: user.passwordHash,
      role_ids: user.roles.map(({ id }) => id),
      display_name: user.displayName,
      metadata: { ...user.metadata },
      email_verified: user.emailVerified,
      session_epoch: user.sessionEpoch,
      ...(kept !== null && { kept_session_id: kept }),
      created_at: user.createdAt.toISOString(),
      updated_at: user.updatedAt.toISOString(),
    },
  };
}

/** A process from before `keptSessionId` raises the epoch, which ends all sessions, and leaves the column as it was. */
function keptSession({ keptSessionId, keptAtEpoch, sessionEpoch }: User): string | null {
  return keptAtEpoch === sessionEpoch ? keptSessionId : null;
}
