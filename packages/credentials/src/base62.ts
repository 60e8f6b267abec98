import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

// 248 is the largest multiple of 62 in a byte: larger bytes are thrown away, as `% 62` would favour the first digits.
const FAIR_BYTES = 248;

/** That many base62 characters, each uniformly random from the system's cryptographic source. */
export function randomBase62(length: number): string {
  return base62From(length, () => randomBytes(length + 4));
}

/** The same from blocks of bytes that look uniformly random; they are asked for by number, from 0, until it is enough. */
export function base62From(length: number, block: (index: number) => Uint8Array): string {
  let text = '';
  for (let index = 0; text.length < length; index++) {
    for (const byte of block(index)) {
      if (byte < FAIR_BYTES && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** A non-negative integer as exactly `width` base62 digits, most significant first. */
export function encodeBase62(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / 62)) text = ALPHABET[rest % 62] + text;
  return text;
}
