import { randomInt } from 'node:crypto';
import { tokenDigest } from './token.ts';

const count = 10;
/** Crockford's letters: none is mistaken for another. 10 of them are 50 bits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ten codes for when the authenticator is lost. They are kept as digests only, so they can be shown once. */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: count }, createRecoveryCode);
}

/** Bound to whom it belongs to, and written in any way a person may write it. */
export function recoveryCodeDigest(pepper: Buffer, ownerId: string, code: string): Buffer<ArrayBuffer> {
  const written = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return tokenDigest(pepper, JSON.stringify(['recovery-code', ownerId, written]));
}

function createRecoveryCode(): string {
  const part = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return `${part()}-${part()}`;
}
