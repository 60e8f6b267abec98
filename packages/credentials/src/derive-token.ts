import { createHmac } from 'node:crypto';
import { base62From } from './base62.ts';
import { tokenOf, type TokenKind } from './token.ts';

/**
 * A token that follows from a secret key and a context: whoever has both can make it again, and nobody else. For
 * answers that have to be repeatable without the token being kept anywhere.
 *
 * @throws TypeError for a key of less than 32 bytes
 */
export function deriveToken(kind: TokenKind, key: Buffer, context: Buffer): string {
  if (key.length < 32) throw new TypeError('the key of derived tokens is shorter than 32 bytes');
  return tokenOf(kind, (length) =>
    base62From(length, (block) =>
      createHmac('sha256', key)
        .update(Buffer.from([block]))
        .update(kind)
        .update(context)
        .digest(),
    ),
  );
}
