import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readScanningKeys } from './scanning-keys.ts';

const pair = (namedCurve = 'P-256') => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
};
const listed = (...entries: unknown[]) => JSON.stringify({ public_keys: entries });

describe('readScanningKeys', () => {
  const [one, two] = [pair(), pair()];
  const keys = readScanningKeys(
    listed(
      { key_identifier: 'one', key: one.pem, is_current: true },
      { key_identifier: 'two', key: two.pem, is_current: false },
    ),
  );
  const bytes = Buffer.from('[{"token":"x"}]');
  const signed = (key = one.privateKey) => sign('sha256', bytes, key).toString('base64');

  it('knows whose signature it is, over which bytes', () => {
    expect(keys.verify('one', signed(), bytes)).toBe(true);
    expect(keys.verify('two', signed(two.privateKey), bytes)).toBe(true);
    expect(keys.verify('two', signed(), bytes)).toBe(false);
    expect(keys.verify('one', signed(), Buffer.from('[{"token":"x"} ]'))).toBe(false);
    expect(keys.verify('three', signed(), bytes)).toBe(false);
  });

  it.each(['', 'AAAA', 'not base64!', Buffer.alloc(64).toString('base64'), 'MAA='])(
    'takes %j for no signature',
    (signature) => expect(keys.verify('one', signature, bytes)).toBe(false),
  );

  it('trusts nobody when nobody is named', () => {
    expect(readScanningKeys('{"public_keys":[]}').verify('one', signed(), bytes)).toBe(false);
  });

  it.each([
    '',
    '[]',
    '{"public_keys":{}}',
    listed({ key_identifier: 'one' }),
    listed({ key_identifier: 'one', key: 'x' }),
    listed({ key_identifier: 'one', key: pair('secp384r1').pem }),
    listed({ key_identifier: '', key: one.pem }),
    listed(null),
  ])('refuses %s', (text) => {
    expect(() => readScanningKeys(text)).toThrow(TypeError);
  });
});
