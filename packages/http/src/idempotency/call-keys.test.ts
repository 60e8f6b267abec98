import { describe, expect, it } from '@jest/globals';
import { CallKeys } from './call-keys.ts';
import { canonicalJson } from './canonical-json.ts';

const by = { principalId: 'pat_1', operationId: 'createApp', key: 'k-1', token: 'pcft_live_secret' };
const keys = new CallKeys(by);
const claim = 'c0ffee00-0000-4000-8000-000000000001';

describe('CallKeys', () => {
  it.each([
    ['another credential', { principalId: 'pat_2' }],
    ['another operation', { operationId: 'createRole' }],
    ['another key', { key: 'k-2' }],
  ])('%s has a row of its own', (_, other) => {
    expect(new CallKeys({ ...by, ...other }).scope).not.toEqual(keys.scope);
  });

  it('another secret of the same credential has the same row, and reads nothing in it', () => {
    const rotated = new CallKeys({ ...by, token: 'pcft_live_rotated' });
    expect(rotated.scope).toEqual(keys.scope);
    expect(rotated.holder()).not.toEqual(keys.holder());
    expect(rotated.fingerprint('x')).not.toEqual(keys.fingerprint('x'));
    expect(() => rotated.unseal(keys.seal('answer', claim), claim)).toThrow();
  });

  it('opens what it has sealed, for the same claim only, and only unchanged', () => {
    const sealed = keys.seal('an answer with a secret', claim);
    expect(new CallKeys(by).unseal(sealed, claim)).toBe('an answer with a secret');
    expect(sealed.includes('secret')).toBe(false);
    expect(keys.seal('an answer with a secret', claim)).not.toEqual(sealed);
    expect(() => keys.unseal(sealed, claim.replace('1', '2'))).toThrow();
    for (const at of [0, 13, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at);
      expect(() => keys.unseal(changed, claim)).toThrow();
    }
    expect(() => keys.unseal(Buffer.alloc(5), claim)).toThrow();
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of members, and does on all else', () => {
    const one = { b: [1, { d: 'x', c: null }], a: undefined, z: { y: 1, x: 2 } };
    const other = { z: { x: 2, y: 1 }, b: [1, { c: null, d: 'x' }] };
    expect(canonicalJson(one)).toBe(canonicalJson(other));
    expect(canonicalJson({ b: [2, 1] })).not.toBe(canonicalJson({ b: [1, 2] }));
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  });
});
