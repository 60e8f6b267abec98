import { Fault } from '@pcft/errors';
import { assertActive } from '../apps/app.ts';
import type { AppStore, Commit } from '../apps/app-store.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { emailKey, newUser, type User } from '../users/user.ts';
import { changeUser } from '../users/update-user.ts';
import type { UserStore } from '../users/user-store.ts';

export interface DoorDeps {
  readonly apps: AppStore;
  readonly users: UserStore;
  readonly directory: DirectoryDelivery;
}

export interface Registration {
  readonly id: string;
  readonly email: string;
  readonly displayName?: string | undefined;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The app a user of which is acted for. @throws Fault `not-found`, `conflict` when it is archived */
export async function activeApp(apps: AppStore, id: string) {
  const app = await apps.find(id);
  if (!app) throw new Fault('not-found');
  assertActive(app);
  return app;
}

/**
 * Creates the user of a sign-up, known by an id that the caller made: who repeats it is answered alike. It waits for
 * the tokens service, where the user signs in next.
 *
 * @throws Fault `conflict` when the address or the id is taken, `unavailable` when tokens has not confirmed
 */
export async function registerUser(
  deps: DoorDeps,
  appId: string,
  { roles: names, ...given }: Registration,
  commit: (user: User) => Commit,
): Promise<User> {
  const known = await deps.users.find(appId, given.id);
  if (known) return repeated(deps, known, given.email);
  const roles = await deps.users.findRoles(appId, names);
  const user = newUser({ ...given, appId, roles }, new Date());
  const pending = await deps.users.create(user, commit(user));
  await deps.directory.settle(pending, 'narrowing');
  return user;
}

/** Nothing is changed; what the first call has left unconfirmed is brought over. */
async function repeated(deps: DoorDeps, { appId, id }: User, email: string): Promise<User> {
  const same = (user: User): User => {
    if (emailKey(user.email) === emailKey(email)) return user;
    throw new Fault('conflict', { details: [{ field: 'user_id', reason: 'taken' }] });
  };
  const nothing = () => () => Promise.reject(new Error('a repetition changes nothing'));
  return (await changeUser(deps, { appId, id }, 'narrowing', same, nothing)).after;
}
