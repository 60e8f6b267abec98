import type { PublicJwk } from './signing-key.ts';

export interface StoredSigningKey {
  readonly kid: string;
  readonly appId: string;
  readonly publicJwk: PublicJwk;
  readonly sealedPrivateKey: Uint8Array;
}

export interface SigningKeyStore {
  /** The key by which an app's tokens are signed now. */
  findActive(appId: string): Promise<StoredSigningKey | null>;
  /** Makes this the app's first active key, unless it has one. The caller reads which of them it is. */
  addFirst(key: StoredSigningKey): Promise<void>;
  /** A key that still verifies tokens of this app: active, or retiring within its overlap. */
  findVerifying(appId: string, kid: string): Promise<PublicJwk | null>;
  /** Every key of these apps that verifies now or will soon, in a stable order. */
  listPublished(appIds: readonly string[]): Promise<PublicJwk[]>;
}
