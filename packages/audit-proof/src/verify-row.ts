import { chainHash } from './chain-hash.ts';
import type { CheckpointKeys, Statement } from './checkpoint.ts';
import { bodyOf, type ExportRow, type ProvenSpan } from './export-lines.ts';
import { merkleLeaf, rootOfPath } from './merkle-tree.ts';
import { verifySpan, type SpanProblem } from './verify-span.ts';

/** Shows that one row stands in the log, and where, without showing any other. */
export interface RowProof {
  readonly log: string;
  readonly row: Omit<ExportRow, 'type'>;
  /** Hash of the row before, hex. */
  readonly previous_hash: string;
  /** From the row up to the span's `rows_root`, hex. */
  readonly row_path: readonly string[];
  readonly span: ProvenSpan;
}

export type RowVerdict =
  | { readonly ok: true; readonly statement: Statement }
  | { readonly ok: false; readonly problem: 'row-hash' | 'row-path' | 'span' | SpanProblem };

export function verifyRow(
  { log, row, previous_hash, row_path, span }: RowProof,
  keys: CheckpointKeys,
): RowVerdict {
  const body = bodyOf({ type: 'row', ...row });
  const { seq, id, source } = row;
  if (body === null || !Number.isSafeInteger(seq) || seq < 1) return { ok: false, problem: 'row-hash' };
  const hash = chainHash(Buffer.from(previous_hash, 'hex'), { log, seq: BigInt(seq), id, source, body });
  if (hash.toString('hex') !== row.hash) return { ok: false, problem: 'row-hash' };
  if (span.log !== log || seq < span.from_seq || seq > span.to_seq) return { ok: false, problem: 'span' };
  const root = rootOfPath(merkleLeaf(hash), {
    index: seq - span.from_seq,
    size: span.to_seq - span.from_seq + 1,
    path: row_path.map((hex) => Buffer.from(hex, 'hex')),
  });
  if (root?.toString('hex') !== span.rows_root) return { ok: false, problem: 'row-path' };
  const statement = verifySpan(span, keys);
  return typeof statement === 'string' ? { ok: false, problem: statement } : { ok: true, statement };
}
