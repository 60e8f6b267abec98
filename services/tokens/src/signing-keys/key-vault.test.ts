import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createKeyVault } from './key-vault.ts';

const secret = randomBytes(32);
const vault = createKeyVault(secret);
const plain = Buffer.from('a private key');

describe('createKeyVault', () => {
  it('opens what it sealed, also in another process with the same secret', () => {
    const sealed = vault.seal('kid-1', plain);
    expect(createKeyVault(Buffer.from(secret)).open('kid-1', sealed)).toEqual(plain);
  });

  it('never seals twice alike and never in clear', () => {
    const [first, second] = [vault.seal('kid-1', plain), vault.seal('kid-1', plain)];
    expect(first).not.toEqual(second);
    expect(first.includes(plain)).toBe(false);
  });

  it('refuses a key that was sealed for another kid', () => {
    expect(() => vault.open('kid-2', vault.seal('kid-1', plain))).toThrow();
  });

  it('refuses another secret', () => {
    expect(() => createKeyVault(randomBytes(32)).open('kid-1', vault.seal('kid-1', plain))).toThrow();
  });

  it('refuses every single altered byte', () => {
    const sealed = vault.seal('kid-1', plain);
    for (let i = 0; i < sealed.length; i++) {
      const altered = Buffer.from(sealed);
      altered[i] = (altered[i] ?? 0) ^ 1;
      expect(() => vault.open('kid-1', altered)).toThrow();
    }
  });

  it('refuses a secret that is too short to be one', () => {
    expect(() => createKeyVault(randomBytes(16))).toThrow(TypeError);
  });
});
