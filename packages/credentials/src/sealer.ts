import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals secrets that have to be read again: a dump of the database, without the process's environment, tells nothing. */
export interface Sealer {
  /** `context` (an id) is bound to the result: moved to another row it does not open. */
  seal(context: string, plain: Buffer): Buffer<ArrayBuffer>;
  /** @throws Error when it was altered, belongs to another context or was sealed by another secret */
  open(context: string, sealed: Uint8Array): Buffer;
}

/** The format's first byte; a new scheme gets a new one. */
const scheme = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM under a key derived by HKDF-SHA-256 (RFC 5869) from 32 bytes of the environment and what it is for.
 * Sealed: scheme, nonce, tag, text.
 */
export function createSealer(secret: Buffer, purpose: string): Sealer {
  if (secret.length !== 32) throw new TypeError('the secret of a sealer has to be 32 bytes');
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    seal(context, plain) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([scheme]), nonce, cipher.getAuthTag(), text]);
    },
    open(context, bytes) {
      const sealed = Buffer.from(bytes);
      if (sealed[0] !== scheme) throw new Error('sealed by an unknown scheme');
      const tagStart = 1 + nonceLength;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, tagStart), {
        authTagLength: tagLength,
      });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(tagStart, tagStart + tagLength));
      return Buffer.concat([decipher.update(sealed.subarray(tagStart + tagLength)), decipher.final()]);
    },
  };
}
