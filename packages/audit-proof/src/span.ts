import { lengthPrefixed, uint64 } from './length-prefixed.ts';
import { merkleLeaf } from './merkle-tree.ts';

/** Rows of one log, one after the other, that a checkpoint vouches for. Hashes are hex on the wire. */
export interface Span {
  readonly log: string;
  readonly from_seq: number;
  readonly to_seq: number;
  /** Of row `to_seq`: through the chain it commits to every row before it. */
  readonly hash: string;
  /** Merkle root over the hashes of rows `from_seq` to `to_seq`, so that one of them can be shown without the others. */
  readonly rows_root: string;
}

const domain = Buffer.from('pcft-audit-span-v1');

/** The leaf of a span in the tree of its checkpoint. */
export function spanLeaf({ log, from_seq: from, to_seq: to, hash, rows_root: root }: Span): Buffer {
  return merkleLeaf(
    lengthPrefixed([
      domain,
      Buffer.from(log),
      uint64(BigInt(from)),
      uint64(BigInt(to)),
      Buffer.from(hash, 'hex'),
      Buffer.from(root, 'hex'),
    ]),
  );
}
