import { closeEventPool, createEventPool } from '@pcft/events';
import type { RowFilter } from '../live/row-filter.ts';
import type { SinkKind } from './sink.ts';

/** What a process needs to deliver to a sink that it holds. */
export interface HeldSink {
  readonly id: string;
  readonly log: string;
  readonly kind: SinkKind;
  readonly url: string | null;
  readonly filter: RowFilter;
  readonly secrets: readonly Uint8Array[];
  readonly position: bigint;
  readonly pendingTo: bigint | null;
  readonly failures: number;
}

export interface Failure {
  readonly to: bigint;
  readonly error: string;
  readonly againInMs: number;
  /** It is disabled after having failed for so long. */
  readonly giveUpAfterMs: number;
}

/**
 * Which process delivers to which sink. A sink is held by one at a time; whoever died, or takes too long, is followed
 * by another when the hold has run out. Every change says in its condition that the hold still stands.
 */
export interface SinkQueue {
  /** Sinks that are behind their log and due. */
  claim(holder: string, most: number): Promise<readonly HeldSink[]>;
  /** False: the sink is no more this process's, or not enabled. */
  advance(holder: string, id: string, to: bigint, sent: boolean): Promise<boolean>;
  /** True: it was given up. */
  fail(holder: string, id: string, failure: Failure): Promise<boolean>;
  release(holder: string, id: string): Promise<void>;
  close(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly log: string;
  readonly kind: SinkKind;
  readonly url: string | null;
  readonly filter: RowFilter;
  readonly secret: Buffer | null;
  readonly previous: Buffer | null;
  readonly position: string;
  readonly pending_to: string | null;
  readonly failures: number;
}

export const heldMs = 45_000;

export function createPostgresSinkQueue(options: {
  readonly databaseUrl: string;
  readonly onError: (error: unknown) => void;
}): SinkQueue {
  const pool = createEventPool({
    databaseUrl: options.databaseUrl,
    name: 'audit sinks',
    connections: 2,
    statementTimeoutMs: 3_000,
    onError: options.onError,
  });
  return {
    async claim(holder, most) {
      const { rows } = await pool.query<Row>({
        name: 'sink-claim',
        // Who had its turn stands behind those that wait: however far behind it is, the others come first.
        text: `UPDATE audit_sink SET holder = $1, held_until = now() + $3 * interval '1 millisecond', next_attempt_at = now()
               WHERE id IN (
                 SELECT sink.id FROM audit_sink AS sink JOIN chain_head AS head ON head.log = sink.log
                 WHERE sink.enabled AND sink.next_attempt_at <= now() AND head.seq > greatest(sink.position, head.first_seq - 1)
                   AND (sink.held_until IS NULL OR sink.held_until < now())
                 ORDER BY sink.next_attempt_at LIMIT $2 FOR UPDATE OF sink SKIP LOCKED)
               RETURNING id, log, kind, url, filter, secret, position, pending_to, failures,
                         CASE WHEN previous_until > now() THEN previous_secret END AS previous`,
        values: [holder, most, heldMs],
      });
      return rows.map(({ secret, previous, position, pending_to: pendingTo, ...rest }) => ({
        ...rest,
        secrets: [secret, previous].filter((each) => each !== null),
        position: BigInt(position),
        pendingTo: pendingTo === null ? null : BigInt(pendingTo),
      }));
    },
    async advance(holder, id, to, sent) {
      const { rowCount } = await pool.query({
        name: 'sink-advance',
        text: `UPDATE audit_sink SET position = $3, pending_to = NULL, failures = 0, failing_since = NULL,
                 last_error = NULL, held_until = now() + $5 * interval '1 millisecond',
                 delivered_at = CASE WHEN $4 THEN now() ELSE delivered_at END
               WHERE id = $2 AND holder = $1 AND enabled AND position < $3`,
        values: [holder, id, String(to), sent, heldMs],
      });
      return rowCount === 1;
    },
    async fail(holder, id, { to, error, againInMs, giveUpAfterMs }) {
      const { rows } = await pool.query<{ gave_up: boolean }>({
        name: 'sink-fail',
        text: `UPDATE audit_sink SET pending_to = $3, failures = failures + 1, last_error = $4,
                 failing_since = coalesce(failing_since, now()), holder = NULL, held_until = NULL,
                 next_attempt_at = now() + $5 * interval '1 millisecond',
                 enabled = enabled AND coalesce(failing_since, now()) > now() - $6 * interval '1 millisecond',
                 gave_up_at = CASE WHEN enabled AND coalesce(failing_since, now()) <= now() - $6 * interval '1 millisecond'
                                   THEN now() ELSE gave_up_at END
               WHERE id = $2 AND holder = $1
               RETURNING NOT enabled AND gave_up_at > now() - interval '1 second' AS gave_up`,
        values: [holder, id, String(to), error, againInMs, giveUpAfterMs],
      });
      return rows[0]?.gave_up ?? false;
    },
    async release(holder, id) {
      await pool.query({
        name: 'sink-release',
        text: 'UPDATE audit_sink SET holder = NULL, held_until = NULL WHERE id = $2 AND holder = $1',
        values: [holder, id],
      });
    },
    close: () => closeEventPool(pool),
  };
}
