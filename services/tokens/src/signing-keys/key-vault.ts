import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals private keys for the database: a dump of it, without the process's environment, signs nothing. */
export interface KeyVault {
  /** `kid` is bound to the result: a sealed key moved to another row does not open. */
  seal(kid: string, secret: Buffer): Buffer<ArrayBuffer>;
  /** @throws Error when the sealed key was altered, belongs to another `kid` or was sealed by another secret */
  open(kid: string, sealed: Uint8Array): Buffer;
}

/** The format's first byte; a new scheme gets a new one. */
const scheme = 1;
const nonceLength = 12;
const tagLength = 16;

/** AES-256-GCM under a key derived by HKDF-SHA-256 (RFC 5869) from the 32 bytes of SIGNING_KEY_SECRET. */
export function createKeyVault(secret: Buffer): KeyVault {
  if (secret.length !== 32) throw new TypeError('the secret of the signing keys has to be 32 bytes');
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tokens signing keys', 32));
  return {
    seal(kid, plain) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(kid));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([scheme]), nonce, cipher.getAuthTag(), sealed]);
    },
    open(kid, bytes) {
      const sealed = Buffer.from(bytes);
      if (sealed[0] !== scheme) throw new Error('the key was sealed by an unknown scheme');
      const tagStart = 1 + nonceLength;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, tagStart), {
        authTagLength: tagLength,
      });
      decipher.setAAD(Buffer.from(kid));
      decipher.setAuthTag(sealed.subarray(tagStart, tagStart + tagLength));
      return Buffer.concat([decipher.update(sealed.subarray(tagStart + tagLength)), decipher.final()]);
    },
  };
}
