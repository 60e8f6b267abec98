import type { Pool } from 'pg';

/** How full an outbox is. */
export interface OutboxSize {
  readonly pending: number;
  readonly bytes: number;
  /** What the table takes on disk, dead rows included: never less than what is waiting in it. */
  readonly diskBytes: number;
}

/** Rows looked at on each end; up to that many the figures are exact. */
const sample = 2_500;
/** Tuple and index entries of a row, about. */
const rowOverheadBytes = 120;

/**
 * Counts a short queue and estimates a long one from both of its ends. A full count of 2 GB would take seconds,
 * and disk size alone would keep refusing after the queue was drained, until a vacuum.
 */
const sizeQuery = `
  WITH first AS MATERIALIZED (SELECT seq, octet_length(body) + ${rowOverheadBytes} AS size
                              FROM outbox_event ORDER BY seq LIMIT ${sample}),
       last  AS MATERIALIZED (SELECT seq, octet_length(body) + ${rowOverheadBytes} AS size
                              FROM outbox_event ORDER BY seq DESC LIMIT ${sample})
  SELECT (SELECT count(*) FROM first)::float8 AS count,
         (SELECT coalesce(sum(size), 0) FROM first)::float8 AS bytes,
         (SELECT coalesce(max(seq), 0) FROM last)::float8 - (SELECT coalesce(min(seq), 0) FROM first)::float8 + 1 AS span,
         (SELECT greatest((SELECT avg(size) FROM first), (SELECT avg(size) FROM last)))::float8 AS mean,
         pg_total_relation_size('outbox_event')::float8 AS disk`;

interface SizeRow {
  count: number;
  bytes: number;
  span: number;
  mean: number | null;
  disk: number;
}

export async function measureOutbox(pool: Pool): Promise<OutboxSize> {
  const { rows } = await pool.query<SizeRow>({ name: 'outbox-size', text: sizeQuery });
  const { count = 0, bytes = 0, span = 0, mean = 0, disk = 0 } = rows[0] ?? {};
  if (count < sample) return { pending: count, bytes, diskBytes: disk };
  return { pending: span, bytes: Math.round(span * (mean ?? 0)), diskBytes: disk };
}

/** Full means both: so much is waiting, and the table has really grown to it. */
export function isFull({ bytes, diskBytes }: OutboxSize, maxBytes: number): boolean {
  return bytes > maxBytes && diskBytes > maxBytes;
}
