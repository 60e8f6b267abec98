/** Where audit listens, as a queue group. */
export const ingestSubject = 'audit.ingest';

/** A queued event: its id, and the exact text that is chained. */
export interface IngestRow {
  readonly id: string;
  readonly body: string;
}

/** What a relay asks of audit: to commit these rows, in this order. */
export interface IngestRequest {
  /** The service whose outbox they come from. */
  readonly source: string;
  readonly events: readonly IngestRow[];
}

/** Sent after audit's commit and never without it: every row of the request is in the log now. */
export interface IngestAnswer {
  readonly accepted: number;
}

/** What a request takes beside its rows, generously. */
export const ingestRequestOverheadBytes = 1_024;

export function encodeIngestRow({ id, body }: IngestRow): string {
  return JSON.stringify({ id, body });
}

export function joinIngestRows(source: string, encodedRows: readonly string[]): Uint8Array {
  return Buffer.from(`{"source":${JSON.stringify(source)},"events":[${encodedRows.join(',')}]}`);
}

export function isIngestRequest(value: unknown): value is IngestRequest {
  return (
    isRecord(value) &&
    typeof value['source'] === 'string' &&
    Array.isArray(value['events']) &&
    value['events'].every(
      (row) => isRecord(row) && typeof row['id'] === 'string' && typeof row['body'] === 'string',
    )
  );
}

export function isIngestAnswer(value: unknown): value is IngestAnswer {
  return isRecord(value) && typeof value['accepted'] === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
