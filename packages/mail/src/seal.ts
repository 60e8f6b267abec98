import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** The key is another one, the row was changed, or it stands under another id. */
export class UnreadableMail extends Error {
  constructor(cause?: unknown) {
    super('a queued mail cannot be opened with this key', { cause });
    this.name = 'UnreadableMail';
  }
}

/** AES-256-GCM: version, nonce, tag, ciphertext. `id` is authenticated with it, so no row can take another's place. */
export function seal(key: Buffer, id: string, text: string): Buffer<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), sealed]);
}

/** @throws UnreadableMail */
export function open(key: Buffer, id: string, sealed: Buffer): string {
  const body = 1 + nonceBytes + tagBytes;
  if (sealed.length < body || sealed[0] !== version) throw new UnreadableMail();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, body));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new UnreadableMail(error);
  }
}

/** The 32 bytes of a base64 key. @throws TypeError when it has another length */
export function readMailKey(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== 32) throw new TypeError('the key of the mail queue is 32 bytes in base64');
  return key;
}
