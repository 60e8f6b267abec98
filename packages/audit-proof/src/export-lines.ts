import type { Checkpoint } from './checkpoint.ts';
import type { Span } from './span.ts';

/** First line of an export: whose chain, and from where to where. */
export interface ExportHeader {
  readonly type: 'export';
  readonly form: 'pcft-audit-export-v1';
  readonly log: string;
  readonly from_seq: number;
  readonly to_seq: number;
  readonly made_at: string;
  /** Retention has removed rows up to here; what a checkpoint says of that row is where the export begins. */
  readonly retired_to_seq?: number;
}

/** One row, with the bytes that were chained. */
export interface ExportRow {
  readonly type: 'row';
  readonly seq: number;
  readonly id: string;
  readonly source: string;
  readonly hash: string;
  /** The bytes as UTF-8 text … */
  readonly body?: string;
  /** … or, where they are none, in base64. */
  readonly body_base64?: string;
}

/** A span with the proof that a signed checkpoint holds it. Stands behind the last of its rows. */
export interface ProvenSpan extends Span {
  readonly index: number;
  /** From the leaf up, hex. */
  readonly path: readonly string[];
  readonly checkpoint: Checkpoint;
}

export interface ExportSpan extends ProvenSpan {
  readonly type: 'span';
}

/** Last line: without it a file is known to be cut. */
export interface ExportEnd {
  readonly type: 'end';
  readonly rows: number;
}

export type ExportLine = ExportHeader | ExportRow | ExportSpan | ExportEnd;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A row's line. Text stays readable; bytes that are no text travel as base64. */
export function exportRow(row: {
  readonly seq: bigint;
  readonly id: string;
  readonly source: string;
  readonly hash: Uint8Array;
  readonly body: Uint8Array;
}): ExportRow {
  const { seq, id, source, hash, body } = row;
  const line = {
    type: 'row',
    seq: Number(seq),
    id,
    source,
    hash: Buffer.from(hash).toString('hex'),
  } as const;
  try {
    return { ...line, body: utf8.decode(body) };
  } catch {
    return { ...line, body_base64: Buffer.from(body).toString('base64') };
  }
}

/** The chained bytes of a row's line, or `null` where it has not exactly one body. */
export function bodyOf({ body, body_base64: base64 }: ExportRow): Buffer | null {
  if (typeof body === 'string') return base64 === undefined ? Buffer.from(body) : null;
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : null;
}
