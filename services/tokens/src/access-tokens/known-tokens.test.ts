import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { calculateJwkThumbprint } from 'jose';
import { issuerOf, type AccessClaims } from './claims.ts';
import { createKnownTokens, type KnownTokens } from './known-tokens.ts';
import { signAccessToken } from './sign-access-token.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }));
const appId = createId('app_');
const issuer = issuerOf('https://suite.test', appId);
const now = 1_800_000_000;
const claims: AccessClaims = {
  iss: issuer,
  sub: createId('usr_'),
  aud: appId,
  app_id: appId,
  roles: [],
  permissions: ['projects:read'],
  jti: 'b3b1f7f2-6f0e-4b7e-9c2c-2f8a5a9d4e11',
  iat: now,
  exp: now + 3600,
};
const token = await signAccessToken({ kid, privateKey }, claims);
const expected = { issuer, appId };

let known: KnownTokens;
beforeEach(() => {
  known = createKnownTokens();
});

function verdict(text = token, { key = publicKey, at = now + 10, from = expected } = {}) {
  const read = known.peek(text);
  return typeof read === 'string' ? read : known.verify(read, key, from, at * 1000);
}

describe('a token that was found good', () => {
  beforeEach(() => {
    expect(verdict()).toEqual(claims);
  });

  it('is known again: its signature is not asked about twice', () => {
    expect(verdict()).toBe(verdict());
  });

  it('names its app and key as before', () => {
    expect(known.peek(token)).toMatchObject({ token, kid, appId });
  });

  it('is refused from the second on at which it expires, and good in the one before', () => {
    expect(verdict(token, { at: now + 3599 })).toEqual(claims);
    expect(verdict(token, { at: now + 3600 })).toBe('token_expired');
  });

  it('is not good by another key', () => {
    expect(verdict(token, { key: other.publicKey })).toBe('token_signature_invalid');
  });

  it('is not good for another app or issuer', () => {
    expect(verdict(token, { from: { issuer, appId: createId('app_') } })).toBe('token_claims_invalid');
    expect(verdict(token, { from: { issuer: `${issuer}/`, appId } })).toBe('token_claims_invalid');
  });

  it.each([
    ['header', 0],
    ['payload', 1],
    ['signature', 2],
  ])('does not vouch for one whose %s is another', (_, part) => {
    const parts = token.split('.');
    const text = parts[part] ?? '';
    const at = text.length >> 1;
    parts[part] = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    expect(typeof verdict(parts.join('.'))).toBe('string');
  });
});

describe('a token that is not good', () => {
  const signedBy = (key: KeyObject, more: object = {}) =>
    signAccessToken({ kid, privateKey: key }, { ...claims, ...more });

  it('stays refused', async () => {
    const forged = await signedBy(other.privateKey);
    expect([verdict(forged), verdict(forged)]).toEqual([
      'token_signature_invalid',
      'token_signature_invalid',
    ]);
  });

  it('yet may become so: it is looked at anew each time', async () => {
    const early = await signedBy(privateKey, { nbf: now + 100 });
    expect(verdict(early)).toBe('token_not_yet_valid');
    expect(verdict(early, { at: now + 100 })).toMatchObject({ nbf: now + 100 });
    // A clock that is set back finds it refused again.
    expect(verdict(early)).toBe('token_not_yet_valid');
  });
});
