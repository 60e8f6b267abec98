import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

/** Whose key it is, for what, and the secret that was presented with it. */
export interface KeyedBy {
  /** `pat_…` or `ses_…` */
  readonly principalId: string;
  readonly operationId: string;
  readonly key: string;
  /** The token itself: what is kept can be read by nobody who does not present it again. */
  readonly token: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * All the cryptography of a keyed call. The keys come from the caller's token and Idempotency-Key (HKDF, RFC 5869), so a
 * dump of the database holds neither answers nor anything that a body could be guessed by, and no key is kept anywhere.
 */
export class CallKeys {
  /** Finds the row; tells nothing without the ids it is made of. */
  readonly scope: Buffer;
  readonly #sealing: Buffer;
  readonly #mac: KeyObject;

  constructor({ principalId, operationId, key, token }: KeyedBy) {
    this.scope = createHash('sha256').update([principalId, operationId, key].join('\0')).digest();
    const derived = Buffer.from(
      hkdfSync('sha256', `${token}\0${key}`, this.scope, 'pcft idempotency answer 1', 64),
    );
    this.#sealing = derived.subarray(0, 32);
    this.#mac = createSecretKey(derived.subarray(32));
  }

  /** The same for the same token, whatever is asked. */
  holder(): Buffer {
    return createHmac('sha256', this.#mac).update('holder').digest();
  }

  fingerprint(request: string): Buffer {
    return createHmac('sha256', this.#mac).update('request\0').update(request).digest();
  }

  /** Bound to the claim, so that one row's answer does not open in the place of another's. */
  seal(text: string, claim: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(claim));
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws when it was sealed by another token, for another claim, or changed since */
  unseal(sealed: Buffer, claim: string): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, sealed.subarray(0, nonceBytes))
      .setAAD(Buffer.from(claim))
      .setAuthTag(sealed.subarray(-tagBytes));
    const text = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  }
}
