import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { accessTokenSeconds } from '../access-tokens/claims.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import type { KeyVault } from './key-vault.ts';
import { generateSigningKey } from './signing-key.ts';
import type { CommitKey, SigningKeyInfo, SigningKeyStore, StoredSigningKey } from './signing-key-store.ts';

/** The keys of apps, ready for use. Which key is whose comes from warm answers; only what never changes is kept here. */
export interface SigningKeys {
  /** The key that signs an app's tokens; made now if the app has none. */
  signing(appId: string): Promise<{ readonly kid: string; readonly privateKey: KeyObject }>;
  /** The key of this app that verifies by `kid`; `null` for unknown, foreign and retired ones alike. */
  verifying(appId: string, kid: string): Promise<KeyObject | null>;
  /** Resolves when the app has a key. */
  ensure(appId: string): Promise<void>;
  /** Makes the keys of apps nobody waits for yet, one after the other. Failures are made up for on first use. */
  prepare(appIds: readonly string[]): void;
  /** Publishes a new key that signs later. `null`: one waits already. */
  rotate(appId: string, commit: CommitKey): Promise<SigningKeyInfo | null>;
  /** Retires a key at once; see the store. */
  retire(appId: string, kid: string, commit: CommitKey): Promise<SigningKeyInfo | 'absent' | 'retired'>;
  /** Lets the pending key sign if its turn has come. */
  promote(appId: string): Promise<void>;
}

export interface SigningKeysOptions {
  readonly store: SigningKeyStore;
  readonly vault: KeyVault;
  readonly warm: Pick<WarmDirectory, 'verifyingKey' | 'signingKey'>;
  /** How long a new key is published before it signs: longer than any verifier goes on with the keys it has. */
  readonly leadSeconds: number;
  readonly onError: (error: unknown) => void;
}

const keptKeys = 2_000;

/** Beyond the life of the last token, for a process that signed while the key was being replaced. */
export const verifySeconds = accessTokenSeconds + 60;

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { store, vault, warm, leadSeconds, onError } = options;
  const privateKeys = new LRUCache<string, KeyObject>({ max: keptKeys });
  const publicKeys = new LRUCache<string, KeyObject>({ max: keptKeys });
  const making = new Map<string, Promise<StoredSigningKey>>();
  let preparing = Promise.resolve();

  /** The app's key, made if there is none. One making an app and process; the database settles it between processes. */
  async function activeKey(appId: string): Promise<StoredSigningKey> {
    const active = await warm.signingKey(appId);
    if (active && !active.successorDue) return active;
    if (active) return promoted(appId, active);
    const underWay = making.get(appId);
    if (underWay) return underWay;
    const made = makeFirst(appId).finally(() => making.delete(appId));
    making.set(appId, made);
    return made;
  }

  async function promoted(appId: string, former: StoredSigningKey): Promise<StoredSigningKey> {
    await store.promote(appId, verifySeconds);
    return (await store.findActive(appId)) ?? former;
  }

  async function make(appId: string): Promise<StoredSigningKey> {
    const { publicJwk, privateKey } = await generateSigningKey();
    const { kid } = publicJwk;
    return { kid, appId, publicJwk, sealedPrivateKey: vault.seal(kid, privateKey) };
  }

  async function makeFirst(appId: string): Promise<StoredSigningKey> {
    await store.addFirst(await make(appId));
    const active = await store.findActive(appId);
    if (!active) throw new Error('the key that was just made is not there');
    return active;
  }

  return {
    async signing(appId) {
      const { kid, sealedPrivateKey } = await activeKey(appId);
      let privateKey = privateKeys.get(kid);
      if (!privateKey) {
        const der = vault.open(kid, sealedPrivateKey);
        privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
        privateKeys.set(kid, privateKey);
      }
      return { kid, privateKey };
    },
    async verifying(appId, kid) {
      const jwk = await warm.verifyingKey(appId, kid);
      if (!jwk) return null;
      let publicKey = publicKeys.get(kid);
      if (!publicKey) {
        publicKey = createPublicKey({ key: { kty: jwk.kty, n: jwk.n, e: jwk.e }, format: 'jwk' });
        publicKeys.set(kid, publicKey);
      }
      return publicKey;
    },
    async ensure(appId) {
      await activeKey(appId);
    },
    prepare(appIds) {
      for (const appId of appIds) {
        preparing = preparing.then(() => activeKey(appId)).then(() => undefined, onError);
      }
    },
    async rotate(appId, commit) {
      await activeKey(appId);
      return store.addPending(await make(appId), leadSeconds, commit);
    },
    retire: async (appId, kid, commit) => store.retire(appId, kid, await make(appId), commit),
    promote: (appId) => store.promote(appId, verifySeconds),
  };
}
