import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { calculateJwkThumbprint } from 'jose';
import { issuerOf, type AccessClaims } from './claims.ts';
import { peekAccessToken } from './peek-access-token.ts';
import { signAccessToken } from './sign-access-token.ts';
import { verifyAccessToken } from './verify-access-token.ts';

/** The negative list of RFC 8725, with tokens made by hand: no library would make them. */
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }));
const appId = createId('app_');
const issuer = issuerOf('https://suite.test', appId);
const now = 1_800_000_000;
const good: AccessClaims = {
  iss: issuer,
  sub: createId('usr_'),
  aud: appId,
  app_id: appId,
  roles: ['editor'],
  permissions: ['projects:read'],
  jti: 'b3b1f7f2-6f0e-4b7e-9c2c-2f8a5a9d4e11',
  iat: now,
  exp: now + 3600,
};
const head = { alg: 'RS256', typ: 'at+jwt', kid };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const rs256 = (input: string, key: KeyObject = privateKey) =>
  sign('RSA-SHA256', Buffer.from(input), key).toString('base64url');

function make(header: object, claims: object = good, signer: (input: string) => string = rs256): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signer(input)}`;
}

function verdict(token: string, atMs = (now + 10) * 1000) {
  const peeked = peekAccessToken(token);
  return typeof peeked === 'string' ? peeked : verifyAccessToken(peeked, publicKey, { issuer, appId }, atMs);
}

describe('a token as it is issued', () => {
  it('verifies, with its claims', async () => {
    expect(verdict(await signAccessToken({ kid, privateKey }, good))).toEqual(good);
  });

  it('is what the tests below make by hand, so that they fail for their own reason only', () => {
    expect(verdict(make(head))).toEqual(good);
  });

  it('was of type JWT before', () => {
    expect(verdict(make({ ...head, typ: 'JWT' }))).toEqual(good);
  });

  it('is one of a machine as well, and of a session', () => {
    const machine = { ...good, sub: createId('cred_'), scope: 'projects:read' };
    expect(verdict(make(head, machine))).toEqual(machine);
    const sid = createId('ses_');
    expect(verdict(make(head, { ...good, sid }))).toEqual({ ...good, sid });
  });

  it('names its app and key before it is verified', () => {
    expect(peekAccessToken(make(head))).toMatchObject({ kid, appId });
  });
});

describe('algorithm (RFC 8725 sections 2.1 and 3.1)', () => {
  const hs256 = (key: string) => (input: string) =>
    createHmac('sha256', key).update(input).digest('base64url');
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();

  it.each([
    ['none, unsigned', make({ ...head, alg: 'none' }, good, () => '')],
    ['none, with the signature of another', make({ ...head, alg: 'none' })],
    ['None', make({ ...head, alg: 'None' }, good, () => '')],
    ['HS256 with the public key as secret', make({ ...head, alg: 'HS256' }, good, hs256(pem))],
    [
      'HS256 with the public JWK as secret',
      make({ ...head, alg: 'HS256' }, good, hs256(JSON.stringify(publicKey.export({ format: 'jwk' })))),
    ],
    [
      'RS384',
      make({ ...head, alg: 'RS384' }, good, (i) =>
        sign('RSA-SHA384', Buffer.from(i), privateKey).toString('base64url'),
      ),
    ],
    ['PS256', make({ ...head, alg: 'PS256' })],
    ['rs256', make({ ...head, alg: 'rs256' })],
    ['a list', make({ ...head, alg: ['RS256'] })],
    ['none at all', make({ typ: 'at+jwt', kid })],
  ])('refuses %s', (_, token) => {
    expect(verdict(token)).toBe('token_algorithm_refused');
  });

  it('refuses RS256 in name with an HMAC under the public key', () => {
    expect(verdict(make(head, good, hs256(pem)))).toBe('token_signature_invalid');
  });
});

describe('key (sections 3.10 and RFC 7515 4.1)', () => {
  const signedByStranger = (input: string) => rs256(input, stranger.privateKey);

  it('refuses the signature of another key under the right kid', () => {
    expect(verdict(make(head, good, signedByStranger))).toBe('token_signature_invalid');
  });

  it.each([
    ['jwk', { jwk: stranger.publicKey.export({ format: 'jwk' }) }],
    ['jku', { jku: 'https://attacker.test/jwks.json' }],
    ['x5u', { x5u: 'https://attacker.test/cert.pem' }],
    ['x5c', { x5c: ['MIIB'] }],
    ['crit', { crit: ['exp'] }],
    ['b64', { b64: false }],
    ['zip', { zip: 'DEF' }],
    ['a member nobody knows', { hello: 1 }],
  ])('refuses %s in the header, whoever signed it', (_, member) => {
    expect(verdict(make({ ...head, ...member }))).toBe('token_malformed');
    expect(verdict(make({ ...head, ...member }, good, signedByStranger))).toBe('token_malformed');
  });

  it.each([undefined, '', 1, '../../dev/null', "x' OR '1'='1", 'k'.repeat(44)])('refuses kid %j', (odd) => {
    expect(verdict(make({ ...head, kid: odd }))).toBe('token_malformed');
  });

  it.each([undefined, 'application/at+jwt', 'AT+JWT', 'jwt', 'logout+jwt', 'JOSE', ['at+jwt']])(
    'refuses typ %j (section 3.11)',
    (typ) => {
      expect(verdict(make({ ...head, typ }))).toBe('token_malformed');
    },
  );
});

describe('form', () => {
  const token = make(head);
  const [header = '', payload = '', signature = ''] = token.split('.');

  it.each([
    ['empty', ''],
    ['dots', '..'],
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${token}.x`],
    ['five parts, as JWE', `${header}.a.b.c.d`],
    ['an empty payload', `${header}..${signature}`],
    ['padding', `${header}.${payload}.${signature}==`],
    ['base64 instead of base64url', `${header}.${payload}.${'+'.repeat(signature.length)}`],
    ['white space', ` ${token}`],
    ['a header that is no JSON', `${Buffer.from('hello').toString('base64url')}.${payload}.${signature}`],
    ['a header that is a list', `${part([head])}.${payload}.${signature}`],
    ['a payload that is null', `${header}.${part(null)}.${signature}`],
    ['48 KB of dots', '.'.repeat(48_000)],
    ['48 KB of text', 'a'.repeat(48_000)],
  ])('refuses %s', (_, text) => {
    expect(verdict(text)).toBe('token_malformed');
  });

  const asText = (head: string, body: string) => {
    const input = [head, body].map((text) => Buffer.from(text).toString('base64url')).join('.');
    return `${input}.${rs256(input)}`;
  };

  it.each([
    ['alg twice', asText(JSON.stringify(head).replace('{', '{"alg":"none",'), JSON.stringify(good))],
    ['kid twice', asText(JSON.stringify(head).replace('{', '{"kid":"x",'), JSON.stringify(good))],
    ['sub twice', asText(JSON.stringify(head), JSON.stringify(good).replace('{', '{"sub":"usr_x",'))],
    ['exp twice', asText(JSON.stringify(head), JSON.stringify(good).replace('}', ',"exp":9999999999}'))],
    ['white space', asText(JSON.stringify(head, null, 1), JSON.stringify(good))],
    [
      'an escape that is none of ours',
      asText(JSON.stringify(head), JSON.stringify(good).replace('usr_', '\\u0075sr_')),
    ],
    ['a byte order mark', asText(`\ufeff${JSON.stringify(head)}`, JSON.stringify(good))],
    [
      'a member __proto__',
      asText(JSON.stringify(head).replace('{', '{"__proto__":{"alg":"none"},'), JSON.stringify(good)),
    ],
    [
      'more than 48 KB',
      asText(JSON.stringify(head), JSON.stringify({ ...good, padding: 'x'.repeat(48_000) })),
    ],
  ])('refuses %s, though our key has signed it', (_, text) => {
    expect(verdict(text)).toBe('token_malformed');
  });

  it('refuses another spelling of the same signature', () => {
    // 256 bytes leave 4 unused bits in the last character.
    const last = signature.slice(-1);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(last) + 1] ?? '';
    const respelt = `${header}.${payload}.${signature.slice(0, -1)}${twin}`;
    expect(Buffer.from(respelt.split('.')[2] ?? '', 'base64url')).toEqual(
      Buffer.from(signature, 'base64url'),
    );
    expect(verdict(respelt)).toBe('token_malformed');
  });

  it('refuses a missing signature and a cut one', () => {
    expect(verdict(`${header}.${payload}.`)).toBe('token_signature_invalid');
    expect(verdict(`${header}.${payload}.${signature.slice(0, 40)}`)).toBe('token_signature_invalid');
  });

  it('refuses every payload but the one that was signed', () => {
    expect(verdict(`${header}.${part({ ...good, permissions: ['*:*'] })}.${signature}`)).toBe(
      'token_signature_invalid',
    );
  });
});

describe('claims (sections 3.8 and 3.9)', () => {
  const otherApp = createId('app_');

  it.each([
    ['another issuer', { iss: issuerOf('https://suite.test', otherApp) }],
    ['the issuer of another suite', { iss: issuerOf('https://attacker.test', appId) }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: otherApp }],
    ['several audiences', { aud: [appId, otherApp] }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that is no user', { sub: createId('acc_') }],
    ['a subject that is an object', { sub: { $ne: null } }],
    ['no jti', { jti: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry as text', { exp: '9999999999' }],
    ['a life longer than ours', { exp: now + 3601 }],
    ['no time of issue', { iat: undefined }],
    ['another app under our key', { app_id: otherApp }],
    ['an expiry before its issue', { iat: now + 30, exp: now + 20 }],
    ['a session that is none', { sid: 'ses_1' }],
    ['a scope that is a list', { scope: ['projects:read'] }],
    ['a time to begin that is no number', { nbf: 'soon' }],
  ])('refuses %s', (_, change) => {
    expect(verdict(make(head, { ...good, ...change }))).toBe('token_claims_invalid');
  });

  it.each([undefined, 1, 'acme-corp', 'app_', `${appId}'--`])(
    'refuses app_id %j before any look-up',
    (odd) => {
      expect(verdict(make(head, { ...good, app_id: odd }))).toBe('token_malformed');
    },
  );

  it('refuses from the second in which it expires', () => {
    expect(verdict(make(head), good.exp * 1000 - 1)).toEqual(good);
    expect(verdict(make(head), good.exp * 1000)).toBe('token_expired');
  });

  it('refuses before its time', () => {
    expect(verdict(make(head, { ...good, nbf: now + 60 }))).toBe('token_not_yet_valid');
  });

  it('does not tell an expired forgery from any other', () => {
    const forged = make(head, { ...good, exp: now - 1, iat: now - 2 }, (input) =>
      rs256(input, stranger.privateKey),
    );
    expect(verdict(forged)).toBe('token_signature_invalid');
  });
});
