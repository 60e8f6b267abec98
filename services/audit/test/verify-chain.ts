import { chainHash, type ChainLink, genesisHash } from '@pcft/audit-proof';

export interface StoredLink extends ChainLink {
  readonly hash: Uint8Array;
}

export interface ChainVerdict {
  readonly rows: number;
  /** The first sequence number that does not fit, or `null` when all do. */
  readonly firstBadSeq: bigint | null;
  /** The hash after the last row that fits. */
  readonly hash: Uint8Array;
}

/** Walks one chain from its first row. A missing tail shows only against the head or a checkpoint. */
export async function verifyChain(
  rows: Iterable<StoredLink> | AsyncIterable<StoredLink>,
): Promise<ChainVerdict> {
  let previous: Uint8Array = genesisHash;
  let count = 0;
  for await (const row of rows) {
    const expectedSeq = BigInt(count) + 1n;
    const fits = row.seq === expectedSeq && Buffer.from(row.hash).equals(chainHash(previous, row));
    if (!fits) return { rows: count, firstBadSeq: expectedSeq, hash: previous };
    previous = row.hash;
    count++;
  }
  return { rows: count, firstBadSeq: null, hash: previous };
}
