import { hash } from 'node:crypto';
import { lengthPrefixed, uint64 } from './length-prefixed.ts';

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
const domain = Buffer.from('pcft-audit-row-v1');

/** The predecessor of a chain's first row. */
export const genesisHash: Uint8Array = new Uint8Array(32);

/**
 * SHA-256 over the fields, each preceded by its length in bytes (4 bytes, big-endian): no two different rows give the
 * same input.
 */
export function chainHash(previous: Uint8Array, { log, seq, id, source, body }: ChainLink): Buffer {
  const fields = [
    domain,
    previous,
    Buffer.from(log),
    uint64(seq),
    Buffer.from(id),
    Buffer.from(source),
    body,
  ];
  return hash('sha256', lengthPrefixed(fields), 'buffer');
}
