import { describe, expect, it } from '@jest/globals';
import { parseForeignHash } from './foreign-hash.ts';
import { createPasswordHasher, isPasswordHash } from './password-hasher.ts';

const hasher = createPasswordHasher({ pepper: 'a pepper', cost: 4 });

// Made by others: crypt_blowfish's test vector, libxcrypt, and the test of the reference argon2.
const foreign: Record<string, [string, string]> = {
  'bcrypt $2a$': ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  'bcrypt $2y$': ['password', '$2y$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu'],
  argon2id: [
    'password',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ],
};

describe('a hash of another system', () => {
  it.each(Object.entries(foreign))('%s', async (_, [password, hash]) => {
    expect(isPasswordHash(hash)).toBe(true);
    expect(await hasher.verify(password, hash)).toBe(true);
    expect(await hasher.verify(`${password}x`, hash)).toBe(false);
    expect(hasher.needsRehash(hash)).toBe(true);
  });
});

const argon = (parameters: string, salt = 'c29tZXNhbHRzYWx0', tag = 'A'.repeat(43)) =>
  `$argon2id$v=19$${parameters}$${salt}$${tag}`;

describe('parseForeignHash', () => {
  it('takes what is within the bounds', () => {
    expect(parseForeignHash(argon('m=65536,t=3,p=4'))).toMatchObject({ scheme: 'argon2id', passes: 3 });
    expect(parseForeignHash(`$2a$14$${'a'.repeat(53)}`)).toMatchObject({ scheme: 'bcrypt' });
  });

  it.each([
    ['a password in clear', 'password'],
    ['our own scheme, which nobody else can make', `v1$2b$10$${'a'.repeat(53)}`],
    ['bcrypt that costs too much', `$2b$15$${'a'.repeat(53)}`],
    ['bcrypt of a broken version', `$2x$10$${'a'.repeat(53)}`],
    ['too much memory', argon('m=131073,t=1,p=1')],
    ['too many passes', argon('m=64,t=11,p=1')],
    ['too much of both', argon('m=131072,t=4,p=1')],
    ['too many lanes', argon('m=65536,t=1,p=17')],
    ['less memory than its lanes need', argon('m=31,t=1,p=4')],
    ['no passes', argon('m=64,t=0,p=1')],
    ['a salt that is too short', argon('m=64,t=1,p=1', 'c2FsdA')],
    ['a tag that is too short', argon('m=64,t=1,p=1', undefined, 'AAAA')],
    ['argon2i', argon('m=64,t=1,p=1').replace('argon2id', 'argon2i')],
    ['version 16', argon('m=64,t=1,p=1').replace('v=19', 'v=16')],
    ['something after it', `${argon('m=64,t=1,p=1')}$`],
  ])('refuses %s', (_, text) => {
    expect(parseForeignHash(text)).toBeNull();
  });
});

describe('isPasswordHash, for what is imported', () => {
  it.each([
    ['bcrypt as PHP and Devise make it', `$2y$12$${'a'.repeat(53)}`],
    ['argon2id as OWASP recommends it', argon('m=47104,t=1,p=1')],
    ['with less memory', argon('m=19456,t=2,p=1')],
    ['as RFC 9106 recommends it second', argon('m=65536,t=3,p=4')],
    ['as PHP makes it', argon('m=65536,t=4,p=1')],
    ['as Django makes it', argon('m=102400,t=2,p=8')],
  ])('takes %s', (_, text) => {
    expect(isPasswordHash(text)).toBe(true);
  });

  // Who has one of these since it could be imported goes on signing in with it.
  it.each([
    ['bcrypt', `$2b$13$${'a'.repeat(53)}`],
    ['$2y$ bcrypt', `$2y$14$${'a'.repeat(53)}`],
    ['argon2id of much memory', argon('m=102401,t=1,p=1')],
    ['argon2id of much work', argon('m=65536,t=5,p=1')],
  ])('refuses %s that can be verified, and is too dear for others who wait', (_, text) => {
    expect(parseForeignHash(text)).not.toBeNull();
    expect(isPasswordHash(text)).toBe(false);
  });
});
