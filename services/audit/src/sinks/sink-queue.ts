import { closeEventPool, createEventPool, type TransactionClient } from '@pcft/events';
import type { ClientBase } from 'pg';
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

/** What of a process one workspace may have, so that its slow sinks hold up nobody else's. */
export interface LogShare {
  readonly most: number;
  /** Sinks of a log that the process is delivering to. */
  readonly busy: ReadonlyMap<string, number>;
}

/**
 * Which process delivers to which sink. A sink is held by one at a time; whoever died, or takes too long, is followed
 * by another when the hold has run out. Every change says in its condition that the hold still stands.
 */
export interface SinkQueue {
  /**
   * Sinks that are behind their log and due: so many at most, and of one log no more than its share, counted with those
   * that are `busy` already.
   */
  claim(holder: string, most: number, share?: LogShare): Promise<readonly HeldSink[]>;
  /** False: the sink is no more this process's, or not enabled. */
  advance(holder: string, id: string, to: bigint, sent: boolean): Promise<boolean>;
  /**
   * @param inGivingUp where the sink is given up, called in the transaction that does it: both are committed, or neither
   * @returns whether it was given up
   */
  fail(
    holder: string,
    id: string,
    failure: Failure,
    inGivingUp: (transaction: TransactionClient) => Promise<unknown>,
  ): Promise<boolean>;
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
    async claim(holder, most, share = { most, busy: new Map() }) {
      const { rows } = await pool.query<Row>({
        name: 'sink-claim',
        // Who had its turn stands behind those that wait: however far behind it is, the others come first. What is due is
        // asked again of the locked row: another process may have had it meanwhile.
        text: `WITH due AS (
                 SELECT sink.id, coalesce(busy.sinks, 0)
                          + row_number() OVER (PARTITION BY sink.log ORDER BY sink.next_attempt_at, sink.id) AS place
                 FROM audit_sink AS sink JOIN chain_head AS head ON head.log = sink.log
                 LEFT JOIN unnest($4::text[], $5::integer[]) AS busy (log, sinks) ON busy.log = sink.log
                 WHERE sink.enabled AND sink.next_attempt_at <= now() AND head.seq > greatest(sink.position, head.first_seq - 1)
                   AND (sink.held_until IS NULL OR sink.held_until < now()))
               UPDATE audit_sink SET holder = $1, held_until = now() + $3 * interval '1 millisecond', next_attempt_at = now()
               WHERE id IN (
                 SELECT sink.id FROM audit_sink AS sink JOIN due ON due.id = sink.id
                 WHERE due.place <= $6 AND sink.enabled AND sink.next_attempt_at <= now()
                   AND (sink.held_until IS NULL OR sink.held_until < now())
                 ORDER BY sink.next_attempt_at LIMIT $2 FOR UPDATE OF sink SKIP LOCKED)
               RETURNING id, log, kind, url, filter, secret, position, pending_to, failures,
                         CASE WHEN previous_until > now() THEN previous_secret END AS previous`,
        values: [holder, most, heldMs, [...share.busy.keys()], [...share.busy.values()], share.most],
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
    async fail(holder, id, { to, error, againInMs, giveUpAfterMs }, inGivingUp) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('BEGIN');
        const { rows } = await client.query<{ gave_up: boolean }>({
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
        const gaveUp = rows[0]?.gave_up ?? false;
        if (gaveUp) await inGivingUp(asTransaction(client));
        await client.query('COMMIT');
        return gaveUp;
      } catch (thrown) {
        await client.query('ROLLBACK').catch(() => (broken = true));
        throw thrown;
      } finally {
        client.release(broken);
      }
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

/** As the outbox takes transactions. */
function asTransaction(client: ClientBase): TransactionClient {
  return {
    async $queryRawUnsafe<T>(query: string, ...values: unknown[]): Promise<T> {
      const { rows } = await client.query(query, values);
      return rows as T;
    },
  };
}
