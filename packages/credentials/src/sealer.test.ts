import { describe, expect, it } from '@jest/globals';
import { createSealer } from './sealer.ts';

const sealer = createSealer(Buffer.alloc(32, 1), 'second factors');
const plain = Buffer.from('a secret of twenty b');

describe('a sealed secret', () => {
  it('opens for its context only, and is another text every time', () => {
    const sealed = sealer.seal('acc_1', plain);
    expect(sealer.open('acc_1', sealed)).toEqual(plain);
    expect(sealed.includes(plain)).toBe(false);
    expect(sealer.seal('acc_1', plain).equals(sealed)).toBe(false);
    expect(() => sealer.open('acc_2', sealed)).toThrow();
  });

  it('does not open once a byte was changed, for another purpose or under another secret', () => {
    const sealed = sealer.seal('acc_1', plain);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => sealer.open('acc_1', changed)).toThrow();
    }
    expect(() => createSealer(Buffer.alloc(32, 1), 'other').open('acc_1', sealed)).toThrow();
    expect(() => createSealer(Buffer.alloc(32, 2), 'second factors').open('acc_1', sealed)).toThrow();
  });

  it('needs a secret of 32 bytes', () => {
    expect(() => createSealer(Buffer.alloc(16), 'x')).toThrow(TypeError);
  });
});
