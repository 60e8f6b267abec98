import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretSearch } from './secret-search.ts';

const secret = 'a long+secret/word with ä';
const search = new SecretSearch([
  { kind: 'word', text: secret },
  { kind: 'code', text: 'K7QF2-9XPLM' },
]);
const bytes = Buffer.from(secret);
const found = (text: string | Buffer) =>
  search.search(Buffer.concat([Buffer.from('\0before '), Buffer.from(text), Buffer.from(' after\0')]), 'x');

describe('a secret is found', () => {
  it.each<[string, string, string | Buffer]>([
    ['in clear', 'clear', secret],
    ['in hex', 'hex', bytes.toString('hex')],
    ['in HEX', 'hex', bytes.toString('hex').toUpperCase()],
    ['URL-encoded', 'url', encodeURIComponent(secret)],
    ['as a form', 'url', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['in base64', 'base64', bytes.toString('base64')],
    ['in base64url', 'base64', bytes.toString('base64url')],
    ...['', 'y', 'yy'].map((before): [string, string, string] => [
      `in base64 of more, ${String(before.length)} before it`,
      'base64',
      Buffer.from(`${before}${secret} and more`).toString('base64'),
    ]),
  ])('%s', (_, encoding, text) => {
    expect(found(text)).toContainEqual({ kind: 'word', encoding, where: 'x' });
  });

  it('in a file, across the border of what is read at once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pcft-search-'));
    try {
      const file = Buffer.alloc((8 << 20) + 5000, 'x');
      bytes.copy(file, (8 << 20) - 7);
      writeFileSync(join(folder, 'file'), file);
      expect(search.searchFolder(folder).findings).toEqual([
        { kind: 'word', encoding: 'clear', where: 'file' },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('nothing is found', () => {
  it.each([
    ['of a part', secret.slice(0, -1)],
    ['of another one', secret.replace('long', 'l0ng')],
    ['in noise', 'lorem ipsum '.repeat(500)],
  ])('%s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('for what is too short to be told from noise', () => {
    expect(() => new SecretSearch([{ kind: 'pin', text: '123456' }])).toThrow(/too short/);
  });
});
