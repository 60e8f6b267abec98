import { describe, expect, it } from '@jest/globals';
import { boundedMetadata, mergeMetadata } from './metadata.ts';

describe('mergeMetadata', () => {
  it('replaces, removes and keeps keys', () => {
    const held = { plan: 'growth', region: 'us', nested: { a: 1, b: 2 } };
    expect(mergeMetadata(held, { plan: 'free', region: null, nested: { c: 3 }, seats: 5 })).toEqual({
      plan: 'free',
      nested: { c: 3 },
      seats: 5,
    });
  });

  it('refuses an outcome of more than 50 keys', () => {
    const held = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i]));
    expect(() => mergeMetadata(held, { one: 1 })).toThrow(expect.objectContaining({ status: 400 }));
    expect(Object.keys(mergeMetadata(held, { one: 1, k0: null }))).toHaveLength(50);
  });
});

describe('boundedMetadata', () => {
  it('takes 16 KiB of JSON and no more, counted in bytes', () => {
    expect(() => boundedMetadata({ text: 'x'.repeat(16_384 - 11) })).not.toThrow();
    expect(() => boundedMetadata({ text: 'ü'.repeat(9_000) })).toThrow(
      expect.objectContaining({ details: [{ field: 'metadata', reason: 'at most 16384 bytes of JSON' }] }),
    );
  });
});
