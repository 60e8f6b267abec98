import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { merkleLeaf, merklePath, merkleRoot, rootOfPath } from './merkle-tree.ts';

/** The definition of RFC 6962 section 2.1, written out. */
function defined(values: readonly Buffer[]): Buffer {
  if (values.length === 0) return hash('sha256', '', 'buffer');
  if (values.length === 1)
    return hash('sha256', Buffer.concat([Buffer.from([0]), values[0] as Buffer]), 'buffer');
  const split = 2 ** Math.ceil(Math.log2(values.length) - 1);
  const halves = [values.slice(0, split), values.slice(split)].map(defined);
  return hash('sha256', Buffer.concat([Buffer.from([1]), ...halves]), 'buffer');
}

const values = (count: number) => Array.from({ length: count }, (_, n) => Buffer.from(`value ${n}`));

describe('merkleRoot', () => {
  it('is the root of RFC 6962 for every small tree', () => {
    for (let count = 0; count <= 40; count++)
      expect(merkleRoot(values(count).map(merkleLeaf))).toEqual(defined(values(count)));
  });

  // Of the certificate transparency project's own tests: leaves "", 00, 10, 2021, 3031, 40414243.
  it('gives a known vector', () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243'].map((hex) =>
      merkleLeaf(Buffer.from(hex, 'hex')),
    );
    expect(merkleRoot(leaves).toString('hex')).toBe(
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    );
  });
});

describe('merklePath', () => {
  it('leads every leaf to the root, and no other leaf, place or size', () => {
    for (let size = 1; size <= 17; size++) {
      const leaves = values(size).map(merkleLeaf);
      const root = merkleRoot(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const path = merklePath(leaves, index);
        expect(rootOfPath(leaf, { index, size, path })).toEqual(root);
        expect(rootOfPath(merkleLeaf(Buffer.from('other')), { index, size, path })).not.toEqual(root);
        if (size > 1) expect(rootOfPath(leaf, { index: (index + 1) % size, size, path })).not.toEqual(root);
        expect(rootOfPath(leaf, { index, size, path: [...path, leaf] })).toBeNull();
        expect(rootOfPath(leaf, { index: size, size, path })).toBeNull();
      }
    }
  });
});
