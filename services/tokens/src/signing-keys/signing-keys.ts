import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeyVault } from './key-vault.ts';
import { generateSigningKey } from './signing-key.ts';
import type { SigningKeyStore, StoredSigningKey } from './signing-key-store.ts';

/** The keys of apps, ready for use. Which key is whose is read every time; only what never changes is kept. */
export interface SigningKeys {
  /** The key that signs an app's tokens; made now if the app has none. */
  signing(appId: string): Promise<{ readonly kid: string; readonly privateKey: KeyObject }>;
  /** The key of this app that verifies by `kid`; `null` for unknown, foreign and retired ones alike. */
  verifying(appId: string, kid: string): Promise<KeyObject | null>;
  /** Resolves when the app has a key. */
  ensure(appId: string): Promise<void>;
  /** Makes the keys of apps nobody waits for yet, one after the other. Failures are made up for on first use. */
  prepare(appIds: readonly string[]): void;
}

export interface SigningKeysOptions {
  readonly store: SigningKeyStore;
  readonly vault: KeyVault;
  readonly onError: (error: unknown) => void;
}

const keptKeys = 2_000;

export function createSigningKeys({ store, vault, onError }: SigningKeysOptions): SigningKeys {
  const privateKeys = new LRUCache<string, KeyObject>({ max: keptKeys });
  const publicKeys = new LRUCache<string, KeyObject>({ max: keptKeys });
  const making = new Map<string, Promise<StoredSigningKey>>();
  let preparing = Promise.resolve();

  /** The app's key, made if there is none. One making an app and process; the database settles it between processes. */
  async function activeKey(appId: string): Promise<StoredSigningKey> {
    const active = await store.findActive(appId);
    if (active) return active;
    const underWay = making.get(appId);
    if (underWay) return underWay;
    const made = make(appId).finally(() => making.delete(appId));
    making.set(appId, made);
    return made;
  }

  async function make(appId: string): Promise<StoredSigningKey> {
    const { publicJwk, privateKey } = await generateSigningKey();
    const { kid } = publicJwk;
    await store.addFirst({ kid, appId, publicJwk, sealedPrivateKey: vault.seal(kid, privateKey) });
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
      const jwk = await store.findVerifying(appId, kid);
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
  };
}
