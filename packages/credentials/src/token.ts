import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { encodeBase62, randomBase62 } from './base62.ts';

/** Every secret the suite issues, by what it is, with the prefix it is known by. No prefix begins another. */
export const TOKEN_PREFIXES = {
  pat: 'pcft_live_',
  'pat-test': 'pcft_test_',
  'pat-quickstart': 'ba_',
  'client-secret': 'sk_live_',
  'app-key': 'hk_live_',
  'refresh-token': 'rt_',
  'invite-token': 'inv_tok_',
  'one-time': 'ver_tok_',
  session: 'pcft_sess_',
  'sign-in-challenge': 'pcft_2fa_',
} as const;

export type TokenKind = keyof typeof TOKEN_PREFIXES;

/** The three spellings of a Personal Access Token. */
export const PAT_KINDS: readonly TokenKind[] = ['pat', 'pat-test', 'pat-quickstart'];

/** A text that has the form of one of our tokens. It says nothing about whether the token was ever issued. */
export interface ParsedToken {
  kind: TokenKind;
  prefix: string;
  /** The whole token, prefix included: what `tokenDigest` takes. */
  token: string;
}

/** Of a pepper in bytes: a key that is made anew for each digest costs four times what the digest does. */
const keys = new WeakMap<Buffer, KeyObject>();
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const BODY = new RegExp(`^[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
const KINDS = Object.entries(TOKEN_PREFIXES) as [TokenKind, string][];

/** A new token: prefix, 30 random base62 characters (178 bits), 6 of CRC-32 over everything before them. */
export function createToken(kind: TokenKind): string {
  return tokenOf(kind, randomBase62);
}

/** The same around characters that come from elsewhere. */
export function tokenOf(kind: TokenKind, characters: (length: number) => string): string {
  const checked = TOKEN_PREFIXES[kind] + characters(RANDOM_LENGTH);
  return checked + checksum(checked);
}

/**
 * The token's kind, or null when the text is malformed, mis-checksummed or none of `kinds` (default: any kind). Needs
 * no database, so that mistyped and invented tokens cost nothing.
 */
export function parseToken(text: string, kinds?: readonly TokenKind[]): ParsedToken | null {
  const known = KINDS.find(([, prefix]) => text.startsWith(prefix));
  if (known === undefined) return null;
  const [kind, prefix] = known;
  if (kinds !== undefined && !kinds.includes(kind)) return null;
  if (!BODY.test(text.slice(prefix.length))) return null;
  // Not a secret: the checksum follows from the text, so an ordinary comparison gives nothing away.
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { kind, prefix, token: text };
}

/** HMAC-SHA-256(pepper, token), 32 bytes: the only form in which a token is stored. Throws on an empty pepper. */
export function tokenDigest(pepper: string | Buffer, token: string): Buffer<ArrayBuffer> {
  if (pepper.length === 0) throw new TypeError('the token pepper is empty');
  const key = typeof pepper === 'string' ? pepper : keyOf(pepper);
  return createHmac('sha256', key).update(token, 'utf8').digest();
}

function keyOf(pepper: Buffer): KeyObject {
  let key = keys.get(pepper);
  if (!key) keys.set(pepper, (key = createSecretKey(pepper)));
  return key;
}

/** `tokenDigest` in lower-case hex, for text columns. */
export function tokenDigestHex(pepper: string | Buffer, token: string): string {
  return tokenDigest(pepper, token).toString('hex');
}

/** The last four characters, for display. They are checksum, so they narrow no search for the random part's start. */
export function lastFour(token: string): string {
  return token.slice(-4);
}

/** A regular expression for tokens of the kinds, without look-around: what every scanner understands. */
export function tokenForm(kinds: readonly TokenKind[]): string {
  const prefixes = kinds.map((kind) => TOKEN_PREFIXES[kind]);
  const prefix = prefixes.length === 1 ? prefixes[0] : `(?:${prefixes.join('|')})`;
  return `${prefix}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}`;
}

/** Finds tokens of the kinds (default: all) in any text, for scanners; global, and never the inside of a longer word. */
export function tokenPattern(kinds: readonly TokenKind[] = KINDS.map(([kind]) => kind)): RegExp {
  const prefixes = kinds.map((kind) => TOKEN_PREFIXES[kind]).join('|');
  const body = `[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}`;
  return new RegExp(`(?<![0-9A-Za-z_])(?:${prefixes})${body}(?![0-9A-Za-z_])`, 'g');
}

function checksum(text: string): string {
  return encodeBase62(crc32(text), CHECKSUM_LENGTH);
}
