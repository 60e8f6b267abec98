import type { heimdallAdminOperations } from '@pcft/contracts';
import type { PasswordHasher } from '@pcft/credentials';
import type { Call, Handlers } from '@pcft/http';
import { assertActive, type App } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import { createUser } from './create-user.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

type UserOperations = Pick<typeof heimdallAdminOperations, 'createUser' | 'listUsers'>;

export function userHandlers(deps: {
  users: UserStore;
  directory: DirectoryDelivery;
  passwords: PasswordHasher;
}): Handlers<UserOperations> {
  return {
    async createUser({ located, body, audit }: Call<UserOperations['createUser'], App>) {
      assertActive(located);
      const { email, display_name: displayName, password, role, metadata = {} } = body;
      const user = await createUser(
        deps,
        located,
        { email, displayName, password, role, metadata },
        ({ id }) =>
          (transaction) =>
            audit.commit(transaction, {
              target: { type: 'user', id },
              metadata: { email, ...(role !== undefined && { role }) },
            }),
      );
      return userToWire(user);
    },
    async listUsers({ located, query }: Call<UserOperations['listUsers'], App>) {
      const { limit = 20, offset = 0, status, role, email_prefix: emailPrefix } = query;
      const filter = { status, role, emailPrefix };
      const { items, total } = await deps.users.list(located.id, filter, { limit, offset });
      return { items: items.map(userToWire), total };
    },
  };
}

/** Seed 001: an end user as it is printed there. */
export function userToWire(user: User) {
  return {
    id: user.id,
    app_id: user.appId,
    email: user.email,
    email_verified: user.emailVerified,
    display_name: user.displayName,
    roles: user.roles.map(({ name }) => name),
    status: user.status,
    metadata: { ...user.metadata },
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}
