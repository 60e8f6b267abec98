import { describe, expect, it } from '@jest/globals';
import { Secret, URI } from 'otpauth';
import { createRecoveryCodes, recoveryCodeDigest } from './recovery-codes.ts';
import { createTotpSecret, totpStepOf } from './totp.ts';

describe('totpStepOf', () => {
  const secret = Buffer.from('12345678901234567890');

  // RFC 6238 appendix B, the last six of its eight digits.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('at %i knows %s', (seconds, code) => {
    expect(totpStepOf(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('takes a step before and after as what they are, and none further away', () => {
    const at = (seconds: number) => totpStepOf(secret, '287082', seconds * 1000);
    expect([at(29), at(30), at(60), at(89), at(90), at(0)]).toEqual([1, 1, 1, 1, null, 1]);
    expect(at(120)).toBeNull();
  });

  it.each(['', '28708', '2870822', 'abcdef', '0x1234', '２８７０８２'])('refuses %j', (code) => {
    expect(totpStepOf(secret, code, 59_000)).toBeNull();
  });

  it('takes the space that authenticators show', () => {
    expect(totpStepOf(secret, '287 082', 59_000)).toBe(1);
  });
});

describe('createTotpSecret', () => {
  it('gives an address that an authenticator reads', () => {
    const { bytes, base32, uri } = createTotpSecret({ issuer: 'Acme: shop', label: 'eve+x@example.com' });
    const read = URI.parse(uri);
    expect([read.issuer, read.label, read.secret.base32]).toEqual(['Acme shop', 'eve+x@example.com', base32]);
    expect(Buffer.from(Secret.fromBase32(base32).bytes)).toEqual(bytes);
    expect(bytes).toHaveLength(20);
  });
});

describe('recovery codes', () => {
  const pepper = Buffer.alloc(32, 1);

  it('are ten, all different', () => {
    const codes = createRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  });

  it('are known however they are written, and to their owner only', () => {
    const digest = recoveryCodeDigest(pepper, 'usr_1', '01AB2-CDEFG');
    for (const written of ['01ab2cdefg', 'OIAB2 CDEFG', 'ol-ab2-cdefg'])
      expect(recoveryCodeDigest(pepper, 'usr_1', written)).toEqual(digest);
    expect(recoveryCodeDigest(pepper, 'usr_2', '01AB2-CDEFG')).not.toEqual(digest);
  });
});
