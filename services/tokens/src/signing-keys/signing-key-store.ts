import type { TransactionClient } from '@pcft/events';
import type { PublicJwk } from './signing-key.ts';

export type SigningKeyStatus = 'pending' | 'active' | 'retiring' | 'retired';

export interface StoredSigningKey {
  readonly kid: string;
  readonly appId: string;
  readonly publicJwk: PublicJwk;
  readonly sealedPrivateKey: Uint8Array;
}

/** The key that signs, and whether its successor's turn has come. */
export interface ActiveSigningKey extends StoredSigningKey {
  readonly successorDue: boolean;
}

/** A key as administrators see it. */
export interface SigningKeyInfo {
  readonly kid: string;
  readonly appId: string;
  readonly status: SigningKeyStatus;
  readonly createdAt: Date;
  readonly notBefore: Date;
  readonly notAfter: Date | null;
}

/** Writes the audit row of a change into its transaction. */
export type CommitKey = (transaction: TransactionClient, key: SigningKeyInfo) => Promise<void>;

export interface SigningKeyStore {
  /** The key by which an app's tokens are signed now. */
  findActive(appId: string): Promise<ActiveSigningKey | null>;
  /** Makes this the app's first active key, unless it has one. The caller reads which of them it is. */
  addFirst(key: StoredSigningKey): Promise<void>;
  /** Publishes a key that signs from `leadSeconds` on. `null`: another one waits already. */
  addPending(key: StoredSigningKey, leadSeconds: number, commit: CommitKey): Promise<SigningKeyInfo | null>;
  /** Lets the pending key of an app sign if its turn has come; the one before verifies for `verifySeconds` more. */
  promote(appId: string, verifySeconds: number): Promise<void>;
  /**
   * Retires a key at once. Was it the active one, the pending key or else `replacement` signs from now on.
   *
   * @returns `absent` for a key this app never had, `retired` for one that is retired already
   */
  retire(
    appId: string,
    kid: string,
    replacement: StoredSigningKey,
    commit: CommitKey,
  ): Promise<SigningKeyInfo | 'absent' | 'retired'>;
  /** Newest first, and how many there are. */
  list(
    appId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly items: readonly SigningKeyInfo[]; readonly total: number }>;
  /** Every key of these apps that verifies now or will soon, in a stable order. */
  listPublished(appIds: readonly string[]): Promise<PublicJwk[]>;
  /** Apps whose pending key's turn has come. */
  listDue(limit: number): Promise<string[]>;
  /** Apps in use whose key has signed for so long, and that have no successor waiting. */
  listAged(days: number, limit: number): Promise<string[]>;
  /** Marks what verifies no more, and forgets private halves that will never sign again. */
  tidy(verifySeconds: number): Promise<void>;
}
