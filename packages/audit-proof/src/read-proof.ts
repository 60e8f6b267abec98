import type { Checkpoint, FullCheckpoint } from './checkpoint.ts';
import type { ProvenSpan } from './export-lines.ts';
import type { Span } from './span.ts';
import type { RowProof } from './verify-row.ts';

/** Files come from anywhere: these say whether a value has the form at all, before anything is computed from it. */
const hex = /^[0-9a-f]{64}$/;

function isHash(value: unknown): value is string {
  return typeof value === 'string' && hex.test(value);
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isPath(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isHash);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCheckpoint(value: unknown): value is Checkpoint {
  const { statement, signature, kid } = record(value);
  return typeof statement === 'string' && typeof signature === 'string' && typeof kid === 'string';
}

export function isSpan(value: unknown): value is Span {
  const { log, from_seq: from, to_seq: to, hash, rows_root: root } = record(value);
  return typeof log === 'string' && isSeq(from) && isSeq(to) && from <= to && isHash(hash) && isHash(root);
}

export function isProvenSpan(value: unknown): value is ProvenSpan {
  const { index, path, checkpoint } = record(value);
  return isSpan(value) && Number.isSafeInteger(index) && isPath(path) && isCheckpoint(checkpoint);
}

export function isFullCheckpoint(value: unknown): value is FullCheckpoint {
  const { checkpoint, spans } = record(value);
  return isCheckpoint(checkpoint) && Array.isArray(spans) && spans.every(isSpan);
}

export function isRowProof(value: unknown): value is RowProof {
  const { log, row, previous_hash: previous, row_path: path, span } = record(value);
  const { seq, id, source, hash } = record(row);
  const isRow = isSeq(seq) && typeof id === 'string' && typeof source === 'string' && isHash(hash);
  return typeof log === 'string' && isRow && isHash(previous) && isPath(path) && isProvenSpan(span);
}
