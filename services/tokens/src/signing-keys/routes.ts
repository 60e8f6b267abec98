import type { tokensOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { DirectoryStore } from '../directory/directory-store.ts';
import { entityTag, publishedForSeconds } from './published-keys.ts';
import type { PublicJwk } from './signing-key.ts';
import type { SigningKeyStore } from './signing-key-store.ts';
import type { SigningKeys } from './signing-keys.ts';

type JwksOperations = Pick<typeof tokensOperations, 'getAppJwks' | 'getJwks'>;

/** Beyond this many apps the global document would be too large to fetch; then an app has to be named. */
const mostApps = 1_000;

export function jwksHandlers(deps: {
  directory: DirectoryStore;
  keys: SigningKeys;
  store: SigningKeyStore;
}): Handlers<JwksOperations> {
  const { directory, keys, store } = deps;

  async function ofApp(reference: string): Promise<PublicJwk[]> {
    const app = await directory.findApp(reference);
    if (!app) throw new Fault('not-found');
    await keys.ensure(app.id);
    return store.listPublished([app.id]);
  }

  async function ofAllApps(): Promise<PublicJwk[]> {
    const appIds = await directory.listAppIds(mostApps + 1);
    if (appIds.length > mostApps) throw invalid('app', 'required', `app is required beyond ${mostApps} apps`);
    return store.listPublished(appIds);
  }

  return {
    async getAppJwks(call) {
      return publish(call, await ofApp(call.params.app));
    },
    async getJwks(call) {
      return publish(call, await (call.query.app === undefined ? ofAllApps() : ofApp(call.query.app)));
    },
  };
}

function publish({ header }: Pick<Call, 'header'>, keys: PublicJwk[]) {
  header('Cache-Control', `public, max-age=${publishedForSeconds}`);
  header('ETag', entityTag(keys));
  return { keys: keys.map((key) => ({ ...key })) };
}
