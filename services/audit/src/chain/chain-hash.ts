import { createHash } from 'node:crypto';

/** What a row of the log commits to. docs/audit-chain.md describes the form for verifiers written elsewhere. */
export interface ChainLink {
  readonly log: string;
  /** From 1, without gaps. */
  readonly seq: bigint;
  readonly id: string;
  readonly source: string;
  /** The event as it was queued, byte by byte. */
  readonly body: Uint8Array;
}

/** Keeps these hashes apart from every other use of SHA-256; a new form takes a new name. */
const domain = 'pcft-audit-row-v1';

/** The predecessor of a chain's first row. */
export const genesisHash: Uint8Array = new Uint8Array(32);

/**
 * SHA-256 over the fields, each preceded by its length in bytes (4 bytes, big-endian): no two different rows give the
 * same input.
 */
export function chainHash(previous: Uint8Array, link: ChainLink): Buffer {
  const hash = createHash('sha256');
  const seq = Buffer.alloc(8);
  seq.writeBigUInt64BE(link.seq);
  for (const field of [
    Buffer.from(domain),
    previous,
    Buffer.from(link.log),
    seq,
    Buffer.from(link.id),
    Buffer.from(link.source),
    link.body,
  ]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.byteLength);
    hash.update(length).update(field);
  }
  return hash.digest();
}
