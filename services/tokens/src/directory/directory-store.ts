import type { AppSettings } from '@pcft/contracts';
import type { DirectoryRecord } from './directory-record.ts';

/** An app as the data plane knows it. Only apps that are in use are ever handed out. */
export interface DirectoryApp {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly displayName: string;
  readonly settings: AppSettings;
}

/** An end user as the data plane knows it. */
export interface DirectoryUser {
  readonly id: string;
  readonly appId: string;
  readonly email: string;
  readonly active: boolean;
  readonly passwordHash: string | null;
  readonly roleIds: readonly string[];
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly emailVerified: boolean;
  /** Of the record: what heimdall-admin's internal door takes as `expected_version`. */
  readonly version: number;
  /** Whatever was issued to the user before this is void; `null`: nothing was ended yet. This database's clock. */
  readonly sessionsEndedAt: Date | null;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/** A user in a tenant that is in use. */
export interface DirectoryMembership {
  readonly tenantId: string;
  readonly name: string;
  readonly displayName: string;
  /** Held in this tenant, beside those the user has everywhere. */
  readonly roleIds: readonly string[];
  /** Their names, sorted; of those that the app still has. */
  readonly roles: readonly string[];
}

export interface DirectoryRole {
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface DirectoryAppKey {
  readonly id: string;
  readonly name: string;
  readonly appId: string;
  readonly workspaceId: string;
  /** False: revoked, expired, or its app is no longer in use. */
  readonly active: boolean;
  /** What the key may do, `resource:verb`. */
  readonly permissions: readonly string[];
}

/** A machine identity of an app, whatever its state. */
export interface DirectoryCredential {
  readonly id: string;
  readonly appId: string;
  readonly clientId: string;
  readonly name: string;
  /** False: revoked. */
  readonly active: boolean;
  readonly permissions: readonly string[];
  /** Digests of the secrets that are good now. */
  readonly digests: readonly Buffer[];
}

/** The versioned copy of heimdall-admin's directory: all that is asked to sign in and to authorize. */
export interface DirectoryStore {
  /** Takes each record that is newer than what is held, in one transaction. @returns how many were */
  apply(records: readonly DirectoryRecord[]): Promise<number>;
  /** By id or name; `null` for unknown, archived and deleted ones alike. */
  findApp(reference: string): Promise<DirectoryApp | null>;
  /** Up to `limit` apps in use, by id. */
  listAppIds(limit: number): Promise<string[]>;
  findUserByEmail(appId: string, email: string): Promise<DirectoryUser | null>;
  findUser(appId: string, id: string): Promise<DirectoryUser | null>;
  /** The kinds of password hashes of other systems that users of the app have: scheme and parameters. */
  foreignHashKinds(appId: string): Promise<string[]>;
  /** `null`: the app has no such tenant in use, or the user is no member of it. */
  findMembership(appId: string, tenantId: string, userId: string): Promise<DirectoryMembership | null>;
  /** The tenants in use that a user is a member of, by name. */
  membershipsOf(appId: string, userId: string): Promise<DirectoryMembership[]>;
  /** Those of the roles that the app still has, by name. */
  rolesOf(appId: string, roleIds: readonly string[]): Promise<DirectoryRole[]>;
  /** A key that was issued once, and whether it is in force now, by the database's clock. */
  findAppKey(digest: Buffer<ArrayBuffer>): Promise<DirectoryAppKey | null>;
  /** By `client_id`, of this app only. */
  findCredentialByClientId(appId: string, clientId: string): Promise<DirectoryCredential | null>;
  findCredential(appId: string, id: string): Promise<DirectoryCredential | null>;
}
