import type { Pool } from 'pg';
import type { AuditEvent } from './event.ts';
import { closeEventPool, createEventPool } from './event-pool.ts';
import { GroupCommit, type OutboxRow } from './group-commit.ts';
import { insertFaultOf } from './insert-fault.ts';
import { isFull, measureOutbox, type OutboxSize } from './outbox-gauge.ts';
import { OutboxUnavailable } from './outbox-unavailable.ts';
import { withinDeadline } from './within-deadline.ts';
import { serializeEvent } from './serialize-event.ts';

/** What the outbox needs of an interactive Prisma transaction. */
export interface TransactionClient {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): Promise<T>;
}

/** Names a transaction, so that its outcome can be asked for when its author does not know it. */
export type TransactionId = string & { readonly transaction: unique symbol };

export interface OutboxStats {
  /** Events not yet acknowledged by audit: exact up to some thousands, an estimate beyond. */
  readonly pending: number;
  /** Their size in bytes, by the same rule. */
  readonly bytes: number;
}

/** A service's queue of audit events, in the service's own database. */
export interface Outbox {
  /** The event of a change: committed with it, or not at all. Throws `InvalidEvent` or `OutboxUnavailable`. */
  appendInTransaction(transaction: TransactionClient, event: AuditEvent): Promise<TransactionId>;
  /**
   * Whether a transaction that an event was appended in has come to nothing. False when it was committed, and when
   * that cannot be learned. Throws when the database does not answer.
   */
  wasRolledBack(transaction: TransactionId): Promise<boolean>;
  /** The event of a read or a denial: resolves once committed. Throws `InvalidEvent` or `OutboxUnavailable`. */
  append(event: AuditEvent): Promise<void>;
  /** Takes the time of an `append`, fails as it does, and leaves nothing. */
  rehearse(event: AuditEvent): Promise<void>;
  stats(): Promise<OutboxStats>;
  /** Called after events were appended: the relay's wake-up call. Returns the way to stop listening. */
  onAppended(listener: () => void): () => void;
  /** Waits for what is under way (bounded by the timeout), then closes the connections. */
  close(): Promise<void>;
}

export type OutboxMetric =
  | { readonly name: 'appended'; readonly events: number; readonly seconds: number }
  | { readonly name: 'refused'; readonly reason: 'full' | 'timeout' | 'overload' | 'error' }
  | { readonly name: 'retried'; readonly mode: 'group' | 'rows' }
  | { readonly name: 'size'; readonly pending: number; readonly bytes: number };

export interface OutboxOptions {
  readonly databaseUrl: string;
  /** The service's name, as in `AuditEvent.service`. */
  readonly service: string;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  /** Above this many bytes waiting, events (and so calls) are refused. Default 2 GB. */
  readonly maxBytes?: number;
  /** How long a group gathers while another one is committed; one that is alone does not wait. Default 1. */
  readonly groupDelayMs?: number;
  /** Within this an append is committed or refused. Default 1500. */
  readonly timeoutMs?: number;
  readonly onMetric?: (metric: OutboxMetric) => void;
  /** Failures that were answered with `OutboxUnavailable` or overcome by a retry; for the log. */
  readonly onError?: (error: unknown) => void;
}

/** Opens the outbox of a service, and measures it twice a second. */
export function createOutbox(options: OutboxOptions): Outbox {
  return new PostgresOutbox(options);
}

const defaults = { maxBytes: 2_000_000_000, groupDelayMs: 1, timeoutMs: 1_500 };
const measureEveryMs = 500;

const insertOne =
  'INSERT INTO outbox_event (id, body) VALUES ($1, $2) RETURNING pg_current_xact_id()::text AS transaction';
const insertMany = `INSERT INTO outbox_event (id, body)
  SELECT id, body FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS event (id, body, n) ORDER BY n
  ON CONFLICT (id) DO NOTHING`;

const nothing = {
  name: 'outbox-nothing',
  // Of the table it takes what an insert takes, and so waits and fails with it.
  text: `WITH none AS (INSERT INTO outbox_event (id, body) SELECT '', '' WHERE false)
    SELECT pg_logical_emit_message(true, 'outbox', '')::text`,
};

class PostgresOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #pool: Pool;
  readonly #group: GroupCommit;
  readonly #listeners = new Set<() => void>();
  readonly #measuring: NodeJS.Timeout;
  #measurement: Promise<OutboxSize> | null = null;
  #full = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
    this.#maxBytes = options.maxBytes ?? defaults.maxBytes;
    this.#pool = createEventPool({
      databaseUrl: options.databaseUrl,
      name: `${options.service} outbox`,
      connections: 2,
      // Below the time an append has, so that a statement that hangs can be repeated on a fresh connection.
      statementTimeoutMs: Math.ceil((this.#timeoutMs * 2) / 3),
      onError: (error) => this.#options.onError?.(error),
    });
    this.#group = new GroupCommit({
      insert: (rows) => this.#insert(rows),
      faultOf: insertFaultOf,
      clock: options.clock ?? (() => performance.now()),
      groupDelayMs: options.groupDelayMs ?? defaults.groupDelayMs,
      timeoutMs: this.#timeoutMs,
      onRetry: (mode, error) => {
        this.#options.onMetric?.({ name: 'retried', mode });
        this.#options.onError?.(error);
      },
    });
    this.#measuring = setInterval(() => void this.#measure().catch(() => {}), measureEveryMs).unref();
  }

  async appendInTransaction(transaction: TransactionClient, event: AuditEvent): Promise<TransactionId> {
    const body = serializeEvent(event);
    this.#refuseWhenFull();
    try {
      const insert = transaction.$queryRawUnsafe<{ transaction: TransactionId }[]>(insertOne, event.id, body);
      const [row] = await withinDeadline(this.#timeoutMs, insert);
      if (!row) throw new Error('the insert returned no row');
      // Not committed yet; should the relay look too early, it finds the row when it polls.
      this.#tellListeners();
      return row.transaction;
    } catch (error) {
      throw this.#refused(error instanceof OutboxUnavailable ? error : new OutboxUnavailable('error', error));
    }
  }

  async wasRolledBack(transaction: TransactionId): Promise<boolean> {
    const { rows } = await this.#pool.query<{ status: string | null }>(
      'SELECT pg_xact_status($1::text::xid8) AS status',
      [transaction],
    );
    return rows[0]?.status === 'aborted';
  }

  append(event: AuditEvent): Promise<void> {
    return this.#append(event, true);
  }

  rehearse(event: AuditEvent): Promise<void> {
    return this.#append(event, false);
  }

  async #append(event: AuditEvent, isKept: boolean): Promise<void> {
    const body = serializeEvent(event);
    this.#refuseWhenFull();
    try {
      await this.#group.append({ id: event.id, body, isKept });
    } catch (error) {
      throw error instanceof OutboxUnavailable ? this.#refused(error) : error;
    }
  }

  async stats(): Promise<OutboxStats> {
    const { pending, bytes } = await this.#measure();
    return { pending, bytes };
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#measuring);
    await this.#group.settled();
    await closeEventPool(this.#pool);
  }

  async #insert(rows: readonly OutboxRow[]): Promise<void> {
    const from = performance.now();
    const kept = rows.filter(({ isKept }) => isKept);
    // Rows that are not kept wait for the disk with those that are; where there are none, for a record that says nothing.
    if (kept.length === 0) {
      await this.#pool.query(nothing);
      // The relay is woken as well, and finds nothing: what a call leaves to do is not to tell them apart either.
      return this.#tellListeners();
    }
    await this.#pool.query({
      name: 'outbox-append',
      text: insertMany,
      values: [kept.map(({ id }) => id), kept.map(({ body }) => body)],
    });
    this.#options.onMetric?.({
      name: 'appended',
      events: kept.length,
      seconds: (performance.now() - from) / 1_000,
    });
    this.#tellListeners();
  }

  #refuseWhenFull(): void {
    if (this.#closed) throw this.#refused(new OutboxUnavailable('error', new Error('the outbox is closed')));
    if (this.#full) throw this.#refused(new OutboxUnavailable('full'));
  }

  #refused(error: OutboxUnavailable): OutboxUnavailable {
    this.#options.onMetric?.({ name: 'refused', reason: error.reason });
    return error;
  }

  /** One measurement at a time, however many ask. A failed one changes nothing: then appends fail by themselves. */
  #measure(): Promise<OutboxSize> {
    this.#measurement ??= measureOutbox(this.#pool)
      .then((size) => {
        this.#full = isFull(size, this.#maxBytes);
        this.#options.onMetric?.({ name: 'size', pending: size.pending, bytes: size.bytes });
        return size;
      })
      .finally(() => (this.#measurement = null));
    return this.#measurement;
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }
}
