import type { tokensOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { DirectoryApp, DirectoryStore } from '../directory/directory-store.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import { entityTag } from './published-keys.ts';
import type { PublicJwk } from './signing-key.ts';
import type { SigningKeyInfo, SigningKeyStore } from './signing-key-store.ts';
import type { SigningKeys } from './signing-keys.ts';

type KeyOperations = Pick<
  typeof tokensOperations,
  'getAppJwks' | 'getJwks' | 'listSigningKeys' | 'rotateSigningKey' | 'retireSigningKey'
>;
type Located<O> = Call<O, DirectoryApp>;

export interface KeyDeps {
  readonly directory: DirectoryStore;
  readonly warm: WarmDirectory;
  readonly keys: SigningKeys;
  readonly signingKeyStore: SigningKeyStore;
  /** How long a verifier may go on with the keys it has; a new key is published for longer before it signs. */
  readonly jwksMaxAgeSeconds: number;
}

/** Beyond this many apps the global document would be too large to fetch; then an app has to be named. */
const mostApps = 1_000;

export function keyHandlers(deps: KeyDeps): Handlers<KeyOperations> {
  const { directory, warm, keys, signingKeyStore: store, jwksMaxAgeSeconds } = deps;

  async function ofApp(reference: string): Promise<readonly PublicJwk[]> {
    const app = await warm.app(reference);
    if (!app) throw new Fault('not-found');
    await keys.ensure(app.id);
    return warm.publishedKeys(app.id);
  }

  async function ofAllApps(): Promise<readonly PublicJwk[]> {
    const appIds = await directory.listAppIds(mostApps + 1);
    if (appIds.length > mostApps) throw invalid('app', 'required', `app is required beyond ${mostApps} apps`);
    return store.listPublished(appIds);
  }

  function publish({ header }: Pick<Call, 'header'>, published: readonly PublicJwk[]) {
    header('Cache-Control', `public, max-age=${jwksMaxAgeSeconds}`);
    header('ETag', entityTag(published));
    return { keys: published.map((key) => ({ ...key })) };
  }

  return {
    async getAppJwks(call) {
      return publish(call, await ofApp(call.params.app));
    },
    async getJwks(call) {
      return publish(call, await (call.query.app === undefined ? ofAllApps() : ofApp(call.query.app)));
    },
    async listSigningKeys({ located, query }: Located<KeyOperations['listSigningKeys']>) {
      const { items, total } = await store.list(located.id, {
        limit: query.limit ?? 20,
        offset: query.offset ?? 0,
      });
      return { items: items.map(toWire), total };
    },
    async rotateSigningKey({ located, audit }: Located<KeyOperations['rotateSigningKey']>) {
      const added = await keys.rotate(located.id, (transaction, { kid }) =>
        audit.commit(transaction, { target: { type: 'signing_key', id: kid } }),
      );
      if (!added) throw new Fault('conflict', { message: 'A new key waits for its turn already' });
      return toWire(added);
    },
    async retireSigningKey({ located, params, audit }: Located<KeyOperations['retireSigningKey']>) {
      const target = { type: 'signing_key', id: params.kid };
      const retired = await keys.retire(located.id, params.kid, (transaction) =>
        audit.commit(transaction, { target }),
      );
      if (retired === 'absent') throw new Fault('not-found');
      if (retired === 'retired') throw new Fault('conflict', { message: 'The key is retired already' });
      return toWire(retired);
    },
  };
}

function toWire({ kid, appId, status, createdAt, notBefore, notAfter }: SigningKeyInfo) {
  return {
    kid,
    app_id: appId,
    status,
    created_at: createdAt.toISOString(),
    signs_from: notBefore.toISOString(),
    verifies_until: notAfter?.toISOString() ?? null,
  };
}
