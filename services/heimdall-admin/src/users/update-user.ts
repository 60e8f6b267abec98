import type { PasswordHasher } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { App } from '../apps/app.ts';
import type { Changed, CommitChange } from '../apps/app-store.ts';
import type { DirectoryDelivery, Reach } from '../directory/directory-delivery.ts';
import { mergeMetadata } from '../metadata.ts';
import { assertUserPassword } from './user-password.ts';
import { emailKey, type User } from './user.ts';
import type { UserStore } from './user-store.ts';

export interface ChangeUserDeps {
  readonly users: UserStore;
  readonly directory: DirectoryDelivery;
}

export interface UserEdit {
  readonly email?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly displayName?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** A deactivated user may be reactivated; the other way is `deactivateUser`, which has an action of its own. */
  readonly status?: 'active' | undefined;
}

/**
 * Changes a user and waits for what may have been narrowed.
 *
 * @throws Fault `not-found`, `conflict` when the address is taken, `unavailable` when tokens has not confirmed
 */
export async function changeUser(
  { users, directory }: ChangeUserDeps,
  key: { readonly appId: string; readonly id: string },
  reach: Reach,
  decide: (user: User) => User,
  commit: CommitChange<User>,
): Promise<Changed<User>> {
  const done = await users.change(key.appId, key.id, decide, commit);
  if (!done) throw new Fault('not-found');
  await directory.settle(done.pending, reach);
  return done;
}

/**
 * The user with what is edited. Another address has to be verified anew unless the edit says it is; the same one written
 * in other letters is not another.
 */
export function edited(user: User, edit: UserEdit): User {
  const { email, emailVerified, displayName, metadata, status } = edit;
  const moved = email !== undefined && emailKey(email) !== emailKey(user.email);
  return {
    ...user,
    ...(email !== undefined && { email }),
    ...(moved && { emailVerified: false }),
    ...(emailVerified !== undefined && { emailVerified }),
    ...(displayName !== undefined && { displayName }),
    ...(metadata && { metadata: mergeMetadata(user.metadata, metadata) }),
    ...(status && { status }),
  };
}

/**
 * Another password, by which every session ends. It is one version of the record: wherever the password is in force, the
 * sessions of the old one are not, however late it gets there.
 *
 * @param keptSessionId the session in which the user has changed it, which goes on
 */
export function withPassword(
  user: User,
  passwordHash: string | null,
  keptSessionId: string | null = null,
): User {
  const sessionEpoch = user.sessionEpoch + 1;
  const keptAtEpoch = keptSessionId === null ? null : sessionEpoch;
  return { ...user, passwordHash, sessionEpoch, keptSessionId, keptAtEpoch };
}

/**
 * By an admin. A new password, address or state of verification is in force when it returns.
 *
 * @throws Fault `validation` for a password against the rules of the app, and what `changeUser` throws
 */
export async function updateUser(
  deps: ChangeUserDeps & { readonly passwords: PasswordHasher },
  app: Pick<App, 'id' | 'settings'>,
  id: string,
  { password, ...edit }: UserEdit & { readonly password?: string | undefined },
  commit: CommitChange<User>,
): Promise<Changed<User>> {
  const key = { appId: app.id, id };
  if (password !== undefined) {
    const user = await deps.users.find(key.appId, key.id);
    if (!user) throw new Fault('not-found');
    const { email, displayName: name } = edited(user, edit);
    await assertUserPassword(app, password, { email, name });
  }
  const passwords = deps.passwords.onBehalfOf({ key: app.id });
  const passwordHash = password === undefined ? null : await passwords.hash(password);
  const narrows = [password, edit.email, edit.emailVerified].some((value) => value !== undefined);
  const decide = (user: User) =>
    passwordHash === null ? edited(user, edit) : withPassword(edited(user, edit), passwordHash);
  return changeUser(deps, key, narrows ? 'narrowing' : 'widening', decide, commit);
}

/** Narrowing: when it returns, no session, refresh token or access token of the user is taken any more. */
export function deactivateUser(
  deps: ChangeUserDeps,
  key: { readonly appId: string; readonly id: string },
  commit: CommitChange<User>,
): Promise<Changed<User>> {
  const decide = (user: User): User =>
    user.status === 'deactivated'
      ? user
      : { ...withPassword(user, user.passwordHash), status: 'deactivated' };
  return changeUser(deps, key, 'narrowing', decide, commit);
}
