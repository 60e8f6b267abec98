export { chainHash, genesisHash, type ChainLink } from './chain-hash.ts';
export {
  firstPrevious,
  makeCheckpoint,
  parseStatement,
  statementHash,
  verifyCheckpoint,
  type Checkpoint,
  type CheckpointKeys,
  type FullCheckpoint,
  type Statement,
} from './checkpoint.ts';
export { keysOf, signingPair, type CheckpointJwk, type SigningPair } from './checkpoint-keys.ts';
export {
  exportRow,
  type ExportEnd,
  type ExportHeader,
  type ExportLine,
  type ExportRow,
  type ExportSpan,
  type ProvenSpan,
} from './export-lines.ts';
export { merkleLeaf, merklePath, merklePaths, MerkleRoot, merkleRoot, rootOfPath } from './merkle-tree.ts';
export { isFullCheckpoint, isRowProof } from './read-proof.ts';
export { spanLeaf, type Span } from './span.ts';
export { verifyExport, type ExportVerdict, type Problem, type VerifyOptions } from './verify-export.ts';
export { verifyRow, type RowProof, type RowVerdict } from './verify-row.ts';
export { verifySpan, type SpanProblem } from './verify-span.ts';
export { readWitness, type Witness, type WitnessFault } from './witness.ts';
