import type { DirectoryRecord } from './directory-record.ts';

/** An app as the data plane knows it. Only apps that are in use are ever handed out. */
export interface DirectoryApp {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
}

/** An end user as the data plane knows it. */
export interface DirectoryUser {
  readonly id: string;
  readonly appId: string;
  readonly email: string;
  readonly active: boolean;
  readonly passwordHash: string | null;
  readonly roleIds: readonly string[];
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
  /** Those of the roles that the app still has, by name. */
  rolesOf(appId: string, roleIds: readonly string[]): Promise<DirectoryRole[]>;
  /** A key that was issued once, and whether it is in force now, by the database's clock. */
  findAppKey(digest: Buffer<ArrayBuffer>): Promise<DirectoryAppKey | null>;
}
