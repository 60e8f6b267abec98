import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createToken, lastFour, parseToken, PAT_KINDS, TOKEN_PREFIXES, tokenDigest } from './index.ts';
import { tokenDigestHex, tokenForm, tokenPattern, type TokenKind } from './index.ts';

const kinds = Object.keys(TOKEN_PREFIXES) as TokenKind[];
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

// CRC-32 once more, bit by bit from its definition (IEEE 802.3, reflected), to check the format against the prose.
function crc32Naive(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('createToken', () => {
  it.each(kinds)('makes a %s that parseToken recognises', (kind) => {
    const token = createToken(kind);
    expect(token).toMatch(new RegExp(`^${TOKEN_PREFIXES[kind]}[0-9A-Za-z]{36}$`));
    expect(parseToken(token)).toEqual({ kind, prefix: TOKEN_PREFIXES[kind], token });
  });

  it('ends in six base62 digits of the CRC-32 of everything before', () => {
    for (let i = 0; i < 50; i++) {
      const token = createToken('pat');
      const digits = [...token.slice(-6)].reduce((value, digit) => value * 62 + BASE62.indexOf(digit), 0);
      expect(digits).toBe(crc32Naive(token.slice(0, -6)));
    }
  });

  it('never repeats, and uses every character at every place about equally', () => {
    const tokens = Array.from({ length: 6200 }, () => createToken('pat'));
    expect(new Set(tokens).size).toBe(tokens.length);
    const counts = new Map<string, number>();
    for (const token of tokens) for (const c of token.slice(10, 40)) counts.set(c, (counts.get(c) ?? 0) + 1);
    expect([...counts.keys()].sort().join('')).toBe(BASE62);
    // 3000 expected each, standard deviation 55: `% 62` of a byte would give 8 characters a quarter more.
    for (const count of counts.values()) expect(Math.abs(count - 3000)).toBeLessThan(400);
  });
});

describe('parseToken', () => {
  const token = createToken('pat');

  it('refuses every single changed character', () => {
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === 'x' ? 'y' : 'x') + token.slice(i + 1);
      expect(parseToken(changed)).toBeNull();
    }
  });

  it.each([
    ['nothing', ''],
    ['a prefix only', 'pcft_live_'],
    ['one character less', token.slice(0, -1)],
    ['one character more', `${token}0`],
    ['a newline at the end', `${token}\n`],
    ['blanks around', ` ${token} `],
    ['another prefix before the same rest', token.replace('pcft_live_', 'pcft_test_')],
    ['an unknown prefix', token.replace('pcft_live_', 'pcft_dead_')],
    ['a NUL', token.replace('_live_', '_live_\0')],
    ['a megabyte', 'pcft_live_' + 'a'.repeat(1_000_000)],
    ['digits of another script', token.slice(0, -1) + '٣'],
  ])('refuses %s', (_, text) => {
    expect(parseToken(text)).toBeNull();
  });

  it('refuses kinds that are not wanted', () => {
    expect(parseToken(token, PAT_KINDS)?.kind).toBe('pat');
    expect(parseToken(createToken('refresh-token'), PAT_KINDS)).toBeNull();
    expect(parseToken(token, [])).toBeNull();
  });

  it('has no prefix that begins another', () => {
    const prefixes = Object.values(TOKEN_PREFIXES);
    for (const a of prefixes) for (const b of prefixes) expect(a !== b && b.startsWith(a)).toBe(false);
  });
});

describe('tokenDigest', () => {
  it('is HMAC-SHA-256 under the pepper', () => {
    const expected = createHmac('sha256', 'pepper').update('token').digest('hex');
    expect(tokenDigest('pepper', 'token').toString('hex')).toBe(expected);
    expect(tokenDigestHex(Buffer.from('pepper'), 'token')).toBe(expected);
    expect(tokenDigestHex('another', 'token')).not.toBe(expected);
  });

  it('has no meaning without a pepper', () => {
    expect(() => tokenDigest('', 'token')).toThrow(TypeError);
  });
});

describe('tokenForm', () => {
  it('is a regular expression without look-around that finds every kind', () => {
    expect(tokenForm(kinds)).not.toContain('(?<');
    for (const kind of kinds) {
      const token = createToken(kind);
      for (const form of [tokenForm(kinds), tokenForm([kind])])
        expect(new RegExp(form).exec(`key="${token}"`)?.[0]).toBe(token);
    }
    expect(new RegExp(tokenForm(['pat'])).test(createToken('app-key'))).toBe(false);
  });
});

describe('tokenPattern', () => {
  it('finds whole tokens of every kind in a text', () => {
    const tokens = kinds.map(createToken);
    expect(`a ${tokens.join(', b="')}".`.match(tokenPattern())).toEqual(tokens);
  });

  it('finds only the kinds asked for, and nothing inside longer words', () => {
    const token = createToken('pat');
    const text = `x${token} ${token}x ${createToken('app-key')} key=${token}`;
    expect(text.match(tokenPattern(PAT_KINDS))).toEqual([token]);
  });
});

it('lastFour are the last four', () => {
  expect(lastFour('pcft_live_abcdef')).toBe('cdef');
});
