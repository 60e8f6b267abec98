import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { open, readMailKey, seal, UnreadableMail } from './seal.ts';

const key = randomBytes(32);

describe('a sealed mail', () => {
  it('opens with its key under its id, and never looks the same twice', () => {
    const [one, two] = [seal(key, 'evt_1', 'secret link'), seal(key, 'evt_1', 'secret link')];
    expect(open(key, 'evt_1', one)).toBe('secret link');
    expect(one.equals(two)).toBe(false);
    expect(one.includes('secret')).toBe(false);
  });

  it('opens with nothing else', () => {
    const sealed = seal(key, 'evt_1', 'secret link');
    expect(() => open(randomBytes(32), 'evt_1', sealed)).toThrow(UnreadableMail);
    expect(() => open(key, 'evt_2', sealed)).toThrow(UnreadableMail);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open(key, 'evt_1', changed)).toThrow(UnreadableMail);
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => open(key, 'evt_1', sealed.subarray(0, length))).toThrow(UnreadableMail);
  });

  it('needs a key of 32 bytes', () => {
    expect(() => readMailKey(randomBytes(31).toString('base64'))).toThrow(TypeError);
    expect(readMailKey(key.toString('base64')).equals(key)).toBe(true);
  });
});
