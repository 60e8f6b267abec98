import type { TransactionClient } from '@pcft/events';
import type { MailTransaction } from '@pcft/mail';

/** Where a sign-in or refresh came from. */
export interface Device {
  readonly ip: string;
  readonly userAgent: string | null;
}

/** How long sessions of an app last, in seconds; the app's settings. */
export interface SessionLifetimes {
  /** Without a refresh. */
  readonly idleSeconds: number;
  /** At most, however often it is refreshed. */
  readonly lifetimeSeconds: number;
}

export interface NewSession {
  readonly id: string;
  readonly appId: string;
  readonly userId: string;
  readonly device: Device;
  readonly lifetimes: SessionLifetimes;
  /** The tenant it is for. */
  readonly tenantId: string | null;
  /** Of its first refresh token. */
  readonly digest: Buffer<ArrayBuffer>;
}

/** A session as its user may see it. */
export interface UserSession {
  readonly id: string;
  readonly createdAt: Date;
  /** Last seen. */
  readonly refreshedAt: Date;
  readonly expiresAt: Date;
  readonly ip: string;
  readonly userAgent: string | null;
  /** The tenant it is for. */
  readonly tenantId: string | null;
}

/** Writes the audit row of a change into its transaction. */
export type CommitRow<Facts> = (transaction: TransactionClient, facts: Facts) => Promise<void>;

/** What a rotation needs to know of the token that was presented. */
export interface Presented {
  readonly appId: string;
  readonly digest: Buffer<ArrayBuffer>;
  readonly device: Device;
  readonly lifetimes: SessionLifetimes;
  /** The digest of the token that follows with this salt. The same salt always gives the same. */
  readonly successorDigest: (salt: Buffer) => Buffer<ArrayBuffer>;
}

export type RefreshRefusal =
  'token_unknown' | 'token_expired' | 'token_reused' | 'session_ended' | 'user_inactive' | 'tenant_refused';

export type Rotation =
  | {
      readonly refused: null;
      readonly sessionId: string;
      readonly userId: string;
      /** Makes the successor. */
      readonly salt: Buffer;
      /** True: the same answer was given before, and is given once more. */
      readonly repeated: boolean;
      readonly sessionExpiresAt: Date;
      /** The tenant that the session is for. */
      readonly tenantId: string | null;
    }
  | {
      readonly refused: RefreshRefusal;
      readonly sessionId: string | null;
      readonly userId: string | null;
    };

/** A user as the sign-in finds it, locked until its transaction ends. */
export interface Standing {
  readonly passwordHash: string | null;
  readonly sessionsEndedAt: Date | null;
}

/** Whether what was shown still lets the user in, and what of it is good once is used up. What it throws undoes all. */
export type Admission = (
  transaction: TransactionClient & MailTransaction,
  standing: Standing,
) => Promise<boolean>;

export interface SessionStore {
  /**
   * Keeps a session with its first refresh token, together with the audit row that `commit` writes, unless the user's
   * sign-in has been undone meanwhile: deactivated, deleted, app archived, or not admitted any more.
   *
   * @returns when it ends at the latest; `null` when the sign-in was undone, and nothing is kept
   */
  begin(
    session: NewSession,
    admits: Admission,
    commit: (transaction: TransactionClient & MailTransaction) => Promise<void>,
  ): Promise<Date | null>;
  /**
   * Exchanges a refresh token for its successor, once. A token that was exchanged already is answered again for a
   * short time while its successor is unused; after that its repetition ends the session. `commit` is called where
   * something was changed, `repeated` and `token_reused` included.
   */
  rotate(presented: Presented, commit: CommitRow<Rotation>): Promise<Rotation>;
  /**
   * Makes a session one for another tenant, or for none; its refresh tokens go on. The user has to be a member.
   *
   * @returns when it ends at the latest; `tenant_refused` and `session_ended` where nothing was changed
   */
  switchTenant(
    session: {
      readonly appId: string;
      readonly userId: string;
      readonly id: string;
      readonly tenantId: string | null;
    },
    commit: (transaction: TransactionClient) => Promise<void>,
  ): Promise<Date | 'tenant_refused' | 'session_ended'>;
  /**
   * Notes that the user is about to leave a tenant: sessions that are for it go on in none when the end of the membership
   * arrives here, whatever becomes of the call that has asked for it.
   */
  announceLeave(
    user: { readonly appId: string; readonly userId: string; readonly tenantId: string },
    commit: (transaction: TransactionClient) => Promise<void>,
  ): Promise<void>;
  /** Lets the sessions of a user that were for a tenant go on in none; their refresh tokens stay as they are. */
  leaveTenant(user: {
    readonly appId: string;
    readonly userId: string;
    readonly tenantId: string;
  }): Promise<void>;
  /** Ends the session that a refresh token belongs to. `false`: there is none, or it has ended; nothing was changed. */
  endByToken(
    appId: string,
    digest: Buffer<ArrayBuffer>,
    commit: CommitRow<{ sessionId: string; userId: string }>,
  ): Promise<boolean>;
  /** Ends a session of a user. `false`: there is none of that id, or it has ended. */
  end(
    session: { readonly appId: string; readonly userId: string; readonly id: string },
    commit: (transaction: TransactionClient) => Promise<void>,
  ): Promise<boolean>;
  /** Ends all sessions of a user but one. @returns their ids */
  endOthers(
    user: { readonly appId: string; readonly userId: string; readonly exceptId: string | null },
    commit: CommitRow<{ sessionIds: readonly string[] }>,
  ): Promise<readonly string[]>;
  /** Those in force, newest first. */
  list(appId: string, userId: string): Promise<readonly UserSession[]>;
  /** A refresh token that would be taken now. */
  findLiveToken(
    appId: string,
    digest: Buffer<ArrayBuffer>,
  ): Promise<{
    sessionId: string;
    userId: string;
    createdAt: Date;
    expiresAt: Date;
    tenantId: string | null;
  } | null>;
  /** Forgets what ended long ago. @returns how many sessions */
  prune(): Promise<number>;
}
