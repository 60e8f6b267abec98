import { WakeUp } from '@pcft/background';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Bus } from './bus.ts';
import { ingestSubject, isIngestAnswer } from './ingest-request.ts';
import type { Outbox } from './outbox.ts';
import { type RelayBatch, type RelayRow, splitByBytes } from './relay-batch.ts';

export type RelayMetric =
  | { readonly name: 'relayed'; readonly events: number; readonly bytes: number; readonly seconds: number }
  | { readonly name: 'failed'; readonly step: 'database' | 'audit' }
  | { readonly name: 'leading'; readonly leading: boolean };

export interface RelayOptions {
  readonly databaseUrl: string;
  readonly bus: Bus;
  /** Named to audit as the source of the events. */
  readonly service: string;
  /** The outbox of the same process, whose appends wake the relay. */
  readonly outbox?: Outbox;
  /** Where audit listens; tests beside a running suite use another. Default `audit.ingest`. */
  readonly subject?: string;
  /** How often an idle relay looks by itself. Default 200. */
  readonly pollMs?: number;
  /** How long audit may take to answer a batch. Default 3000. */
  readonly requestTimeoutMs?: number;
  /** Bytes of one request at most, also bounded by what the NATS server takes. Default 4 MB. */
  readonly maxBatchBytes?: number;
  readonly onMetric?: (metric: RelayMetric) => void;
  readonly onError?: (error: unknown) => void;
}

/** Carries a service's outbox to audit. Runs in every process; one per database works, the others stand by. */
export interface Relay {
  start(): void;
  /** Ends after the batch under way; what is left in the outbox stays for the next relay. */
  stop(): Promise<void>;
}

export function createRelay(options: RelayOptions): Relay {
  return new OutboxRelay(options);
}

/** "outbox" in ASCII. Advisory locks are per database, and so is the working relay. */
const lockKey = '122550254464888';
const batchRows = 500;
/** A pause behind a small batch: a commit per event would cost audit more than it gains. What comes alone does not wait. */
const gatherMs = 40;
const standbyMs = 1_000;
const retryMs = { first: 50, last: 1_000 };
const statementTimeoutMs = 3_000;
/**
 * A relay that is frozen, or cut off from its database, must not keep the lock. Longer than any pause of a relay that
 * works; two at once would do no harm, since audit knows each event by its id.
 */
const idleSessionTimeoutMs = 8_000;

class OutboxRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #wakeUp = new WakeUp();
  readonly #requestTimeoutMs: number;
  #stopping = false;
  #running: Promise<void> | null = null;
  #unlisten = (): void => {};

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 3_000;
  }

  start(): void {
    if (this.#running) return;
    this.#unlisten = this.#options.outbox?.onAppended(() => this.#wakeUp.wake()) ?? this.#unlisten;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten();
    this.#wakeUp.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#withConnection(async (client) => {
          await this.#waitForLock(client);
          await this.#relay(client);
        });
      } catch (error) {
        this.#fail('database', error);
        await this.#wakeUp.sleep(retryMs.last, () => this.#stopping);
      } finally {
        this.#options.onMetric?.({ name: 'leading', leading: false });
      }
    }
  }

  async #withConnection(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.databaseUrl,
      application_name: `${this.#options.service} relay`,
      connectionTimeoutMillis: statementTimeoutMs,
      statement_timeout: statementTimeoutMs,
      lock_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 100,
      keepAlive: true,
    });
    client.on('error', (error) => this.#options.onError?.(error));
    try {
      await client.connect();
      await client.query(`SET idle_session_timeout = ${idleSessionTimeoutMs}`);
      await work(client);
    } finally {
      // A server that does not answer cannot be taken leave of.
      await Promise.race([client.end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
    }
  }

  async #waitForLock(client: pg.Client): Promise<void> {
    while (!this.#stopping) {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        lockKey,
      ]);
      if (rows[0]?.locked) {
        this.#options.onMetric?.({ name: 'leading', leading: true });
        return;
      }
      await this.#wakeUp.sleep(standbyMs, () => this.#stopping);
    }
  }

  async #relay(client: pg.Client): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      const { rows } = await client.query<RelayRow>({
        name: 'relay-read',
        text: `SELECT seq, id, body FROM outbox_event ORDER BY seq LIMIT ${batchRows}`,
      });
      if (rows.length === 0) {
        await this.#wakeUp.wait(this.#options.pollMs ?? 200);
        continue;
      }
      if (await this.#deliver(client, rows)) {
        failures = 0;
      } else {
        const delayMs = Math.min(retryMs.first * 2 ** failures++, retryMs.last);
        await this.#wakeUp.sleep(delayMs, () => this.#stopping);
      }
      if (rows.length < batchRows && !this.#stopping) await sleep(gatherMs);
    }
  }

  /** True when audit has all of the rows. One request is under way at a time, so order is kept. */
  async #deliver(client: pg.Client, rows: readonly RelayRow[]): Promise<boolean> {
    const { bus, service, maxBatchBytes = 4_000_000 } = this.#options;
    for (const batch of splitByBytes(service, rows, Math.min(maxBatchBytes, bus.maxPayload()))) {
      const from = performance.now();
      if (!(await this.#isCommitted(batch))) return false;
      await client.query({
        name: 'relay-delete',
        text: 'DELETE FROM outbox_event WHERE seq = ANY($1::bigint[])',
        values: [batch.seqs],
      });
      const seconds = (performance.now() - from) / 1_000;
      this.#options.onMetric?.({
        name: 'relayed',
        events: batch.seqs.length,
        bytes: batch.payload.byteLength,
        seconds,
      });
    }
    return true;
  }

  async #isCommitted(batch: RelayBatch): Promise<boolean> {
    try {
      const { bus, subject = ingestSubject } = this.#options;
      const answer = await bus.request(subject, batch.payload, { timeoutMs: this.#requestTimeoutMs });
      if (isIngestAnswer(answer) && answer.accepted === batch.seqs.length) return true;
      throw new Error(`audit did not accept the batch: ${JSON.stringify(answer)}`);
    } catch (error) {
      this.#fail('audit', error);
      return false;
    }
  }

  #fail(step: 'database' | 'audit', error: unknown): void {
    this.#options.onMetric?.({ name: 'failed', step });
    this.#options.onError?.(error);
  }
}
