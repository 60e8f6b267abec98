import type { heimdallAdminOperations } from '@pcft/contracts';
import { TOKEN_PREFIXES } from '@pcft/credentials';
import type { Call, Handlers } from '@pcft/http';
import { assertActive, type App } from '../apps/app.ts';
import type { DirectoryDelivery } from '../directory/directory-delivery.ts';
import type { AppKey } from './app-key.ts';
import type { AppKeyStore } from './app-key-store.ts';
import { createAppApiKey } from './create-app-api-key.ts';
import { revokeAppApiKey } from './revoke-app-api-key.ts';

type KeyOperations = Pick<
  typeof heimdallAdminOperations,
  'createAppApiKey' | 'listAppApiKeys' | 'revokeAppApiKey'
>;

export function appKeyHandlers(deps: {
  keys: AppKeyStore;
  directory: DirectoryDelivery;
  tokenPepper: Buffer;
}): Handlers<KeyOperations> {
  return {
    async createAppApiKey({ located, body, audit }: Call<KeyOperations['createAppApiKey'], App>) {
      assertActive(located);
      const { name, expires_in: expiresInSeconds, permissions = ['*:*'] } = body;
      const { key, secret } = await createAppApiKey(
        deps,
        located.id,
        { name, permissions, expiresInSeconds },
        ({ id, expiresAt }) =>
          (transaction) =>
            audit.commit(transaction, {
              target: { type: 'app_key', id },
              metadata: { name, permissions, expires_at: expiresAt?.toISOString() ?? null },
            }),
      );
      return { ...toWire(key), secret };
    },
    async listAppApiKeys({ located, query }: Call<KeyOperations['listAppApiKeys'], App>) {
      const { items, total } = await deps.keys.list(located.id, {
        limit: query.limit ?? 20,
        offset: query.offset ?? 0,
      });
      return { items: items.map(toWire), total };
    },
    async revokeAppApiKey({ located, params, audit }: Call<KeyOperations['revokeAppApiKey'], App>) {
      const target = { type: 'app_key', id: params.id };
      const changed = await revokeAppApiKey(deps, located.id, params.id, (transaction) =>
        audit.commit(transaction, { target }),
      );
      if (changed) return;
      audit.add({ target });
      audit.nothingChanged();
    },
  };
}

function toWire(key: AppKey) {
  return {
    id: key.id,
    app_id: key.appId,
    name: key.name,
    prefix: TOKEN_PREFIXES['app-key'],
    last_four: key.lastFour,
    permissions: [...key.permissions],
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}
