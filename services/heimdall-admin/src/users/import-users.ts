import { createId, isPasswordHash } from '@pcft/credentials';
import type { Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { fitsMetadata } from '../metadata.ts';
import { emailKey, newUser, type User } from './user.ts';
import type { UserStore } from './user-store.ts';

/** One user of another system. */
export interface ImportedUser {
  readonly email: string;
  readonly displayName?: string | undefined;
  /** bcrypt or argon2id, as the other system has it; upgraded when the user signs in next. */
  readonly passwordHash?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  /** Names of roles of the app. */
  readonly roles: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

export type ImportResult =
  | { readonly status: 'created'; readonly user: User }
  | { readonly status: 'exists' }
  | { readonly status: 'invalid'; readonly field: string; readonly reason: string };

/**
 * Creates users of another system in one transaction, row by row: a row that cannot be taken does not hold up the
 * others, and an address that the app has (or that an earlier row brought) is left alone. Widening; may be repeated.
 */
export async function importUsers(
  { users, directory }: { users: UserStore; directory: DirectoryDelivery },
  appId: string,
  rows: readonly ImportedUser[],
  commit: (results: readonly ImportResult[]) => Commit,
): Promise<readonly ImportResult[]> {
  const names = [...new Set(rows.flatMap(({ roles }) => roles))];
  const known = new Map((await users.findRoles(appId, names)).map((role) => [role.name, role]));
  const now = new Date();
  const seen = new Set<string>();
  const judged = rows.map((row): ImportResult => {
    const wrong = faultOf(row, known);
    if (wrong) return wrong;
    const key = emailKey(row.email);
    if (seen.has(key)) return { status: 'exists' };
    seen.add(key);
    const { email, displayName, passwordHash = null, emailVerified = false, metadata } = row;
    const roles = row.roles.flatMap((name) => known.get(name) ?? []);
    const id = createId('usr_');
    const user = newUser(
      { id, appId, email, displayName, passwordHash, emailVerified, metadata, roles },
      now,
    );
    return { status: 'created', user };
  });
  const candidates = judged.flatMap((each) => (each.status === 'created' ? [each.user] : []));
  let results: readonly ImportResult[] = judged;
  const { pending } = await users.createMany(candidates, (created) => {
    const ids = new Set(created.map(({ id }) => id));
    results = judged.map((each) =>
      each.status === 'created' && !ids.has(each.user.id) ? { status: 'exists' } : each,
    );
    return commit(results);
  });
  await directory.settle(pending, 'widening');
  return results;
}

function faultOf(
  { passwordHash, metadata, roles }: ImportedUser,
  known: ReadonlyMap<string, unknown>,
): ImportResult | null {
  const unknown = roles.find((name) => !known.has(name));
  if (unknown !== undefined) return { status: 'invalid', field: 'roles', reason: `unknown role ${unknown}` };
  if (passwordHash !== undefined && !isPasswordHash(passwordHash)) {
    const reason = 'neither bcrypt nor argon2id within the bounds';
    return { status: 'invalid', field: 'password_hash', reason };
  }
  if (metadata && !fitsMetadata(metadata))
    return { status: 'invalid', field: 'metadata', reason: 'too large' };
  return null;
}
