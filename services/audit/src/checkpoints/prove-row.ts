import { exportRow, genesisHash, merkleLeaf, merklePath, type RowProof } from '@pcft/audit-proof';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { ChainRow, ChainRows } from './chain-rows.ts';

/**
 * The proof of one row: its bytes, the way to the root over its span, and the span's way to a signed checkpoint.
 *
 * @returns `unsealed` while no checkpoint holds it, `null` where the log has no such row
 */
export async function proveRow(
  {
    rows,
    checkpoints,
  }: { readonly rows: ChainRows; readonly checkpoints: Pick<CheckpointStore, 'spansFrom'> },
  log: string,
  id: string,
): Promise<RowProof | 'unsealed' | null> {
  const row = await rows.find(log, id);
  if (!row) return null;
  const [span] = await checkpoints.spansFrom(log, row.seq, 1);
  if (!span) return 'unsealed';
  const hashes = await rows.hashes(log, BigInt(span.from_seq), BigInt(span.to_seq));
  const leaves = hashes.map(merkleLeaf);
  const { type: _type, ...line } = exportRow(row);
  return {
    log,
    row: line,
    previous_hash: await previousHash({ rows, checkpoints }, log, row),
    row_path: merklePath(leaves, Number(row.seq) - span.from_seq).map((hash) => hash.toString('hex')),
    span,
  };
}

async function previousHash(
  { rows, checkpoints }: Parameters<typeof proveRow>[0],
  log: string,
  { seq }: ChainRow,
): Promise<string> {
  const [hash] = seq === 1n ? [genesisHash] : await rows.hashes(log, seq - 1n, seq - 1n);
  if (hash) return Buffer.from(hash).toString('hex');
  // The first row that is kept: the checkpoint that was kept for the retired ones has the last one's hash.
  const [span] = await checkpoints.spansFrom(log, seq - 1n, 1);
  if (span?.to_seq !== Number(seq - 1n)) throw new Error(`row ${String(seq)} of ${log} has no predecessor`);
  return span.hash;
}
