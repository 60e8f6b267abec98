import { encodeIngestRow, ingestRequestOverheadBytes, joinIngestRows } from './ingest-request.ts';

export interface RelayRow {
  /** A bigint, as text. */
  readonly seq: string;
  readonly id: string;
  readonly body: string;
}

export interface RelayBatch {
  readonly seqs: readonly string[];
  /** The request to audit. */
  readonly payload: Uint8Array;
}

/** Cuts rows, in their order, into requests of at most `maxBytes`. A row that is larger by itself goes alone. */
export function* splitByBytes(
  source: string,
  rows: readonly RelayRow[],
  maxBytes: number,
): Generator<RelayBatch> {
  const room = maxBytes - ingestRequestOverheadBytes;
  let seqs: string[] = [];
  let encoded: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = encodeIngestRow(row);
    const size = Buffer.byteLength(text) + 1;
    if (seqs.length > 0 && bytes + size > room) {
      yield { seqs, payload: joinIngestRows(source, encoded) };
      [seqs, encoded, bytes] = [[], [], 0];
    }
    seqs.push(row.seq);
    encoded.push(text);
    bytes += size;
  }
  if (seqs.length > 0) yield { seqs, payload: joinIngestRows(source, encoded) };
}
