import type { DirectoryRecord } from '../directory/directory-record.ts';

/** An end user of one app; never an account. */
export interface User {
  readonly id: string;
  readonly appId: string;
  readonly email: string;
  readonly displayName: string;
  /** `null`: cannot sign in by password. */
  readonly passwordHash: string | null;
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

/** What the tokens service has to know of a user. */
export function userRecord({
  id,
  appId,
  email,
  status,
  passwordHash,
  roles,
  version,
}: User): DirectoryRecord {
  return {
    kind: 'user',
    id,
    app_id: appId,
    version,
    deleted: false,
    data: { email, status, password_hash: passwordHash, role_ids: roles.map((role) => role.id) },
  };
}
