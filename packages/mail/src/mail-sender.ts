import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { MailNotAccepted, sendTimeoutMs, type Mailer } from './mailer.ts';
import type { SealedMail } from './mail-queue.ts';
import { open } from './seal.ts';

export type MailMetric =
  | { readonly name: 'sent'; readonly kind: string; readonly waitedSeconds: number }
  | { readonly name: 'retried'; readonly kind: string }
  /** `refused` by the server for good, `expired` after all tries. */
  | { readonly name: 'given-up'; readonly kind: string; readonly why: 'refused' | 'expired' }
  | { readonly name: 'waiting'; readonly mails: number; readonly oldestSeconds: number };

export interface MailSenderOptions {
  readonly databaseUrl: string;
  /** Named to PostgreSQL. */
  readonly service: string;
  readonly key: Buffer;
  readonly mailer: Mailer;
  /** How often an idle sender looks by itself. Default 250. */
  readonly pollMs?: number;
  /** Before the second try; doubled for each that follows, up to five minutes. Default 1000. */
  readonly firstRetryMs?: number;
  readonly onMetric?: (metric: MailMetric) => void;
  /** Told an id and a kind at most, never an address or a word of the mail. */
  readonly onError?: (error: unknown, mail?: { readonly id: string; readonly kind: string }) => void;
}

interface Taken {
  readonly id: string;
  readonly kind: string;
  readonly sealed: Buffer;
  readonly attempts: number;
  readonly createdAt: Date;
}

const atOnce = 5;
const lastRetryMs = 5 * 60_000;
const measureEveryMs = 5_000;
const statementTimeoutMs = 3_000;
const stopWithinMs = 2_000;

/** Longer than any try lasts: until then nobody else takes the row, and a sender that died costs no more. */
const takenSeconds = Math.ceil(sendTimeoutMs / 1_000) + 15;

const take = `UPDATE queued_mail SET attempts = attempts + 1, next_at = now() + ${takenSeconds} * interval '1 second'
  WHERE id IN (SELECT id FROM queued_mail WHERE next_at <= now() ORDER BY next_at LIMIT ${atOnce}
               FOR UPDATE SKIP LOCKED)
    AND expires_at > now()
  RETURNING id, kind, sealed, attempts, created_at AS "createdAt"`;
const drop = 'DELETE FROM queued_mail WHERE id = $1';
const postpone = `UPDATE queued_mail SET next_at = now() + $2::int * interval '1 millisecond' WHERE id = $1`;
const expire = 'DELETE FROM queued_mail WHERE expires_at <= now() RETURNING id, kind';
const measure = `SELECT count(*)::int AS mails,
    coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS "oldestSeconds" FROM queued_mail`;

/**
 * Carries a service's mail queue to the SMTP server. Runs in every process: a row is taken by moving its time on, so
 * two senders never have the same one. A mail is sent at least once: twice when a sender dies between the server's
 * answer and the deletion, with one Message-ID.
 */
export class MailSender {
  readonly #options: MailSenderOptions;
  readonly #pool: pg.Pool;
  #stopping = false;
  #running: Promise<void> | null = null;
  #wake: () => void = () => {};
  #measuredAt = -Infinity;

  constructor(options: MailSenderOptions) {
    this.#options = options;
    this.#pool = new pg.Pool({
      connectionString: options.databaseUrl,
      application_name: `${options.service} mail`,
      max: 2,
      connectionTimeoutMillis: statementTimeoutMs,
      statement_timeout: statementTimeoutMs,
      lock_timeout: statementTimeoutMs,
      // A frozen server enforces nothing.
      query_timeout: statementTimeoutMs + 100,
      keepAlive: true,
    });
    this.#pool.on('error', (error) => options.onError?.(error));
    this.#pool.on('connect', (client) => client.on('error', (error) => options.onError?.(error)));
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something was queued; looks soon. */
  wake(): void {
    this.#wake();
  }

  /** Ends after what is under way, for a while; what is left stays for the next sender. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await Promise.race([this.#running, sleep(stopWithinMs, undefined, { ref: false })]);
    this.#options.mailer.close();
    await Promise.race([this.#pool.end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        if ((await this.#sendSome()) > 0) continue;
        await this.#expire();
        await this.#measure();
        await this.#pause(this.#options.pollMs ?? 250);
      } catch (error) {
        this.#options.onError?.(error);
        await this.#pause(1_000);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      // A little later: whoever queued it has still to commit.
      this.#wake = () => void setTimeout(resolve, this.#stopping ? 0 : 10);
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }

  async #sendSome(): Promise<number> {
    const { rows } = await this.#pool.query<Taken>({ name: 'mail-take', text: take });
    await Promise.all(rows.map((row) => this.#send(row)));
    return rows.length;
  }

  async #send(row: Taken): Promise<void> {
    const { id, kind } = row;
    try {
      const mail = JSON.parse(open(this.#options.key, id, row.sealed)) as SealedMail;
      await this.#options.mailer.send({ id, date: row.createdAt, ...mail });
      await this.#pool.query({ name: 'mail-drop', text: drop, values: [id] });
      const waitedSeconds = (Date.now() - row.createdAt.getTime()) / 1_000;
      this.#options.onMetric?.({ name: 'sent', kind, waitedSeconds });
    } catch (error) {
      await this.#failed(row, error);
    }
  }

  async #failed({ id, kind, attempts }: Taken, error: unknown): Promise<void> {
    this.#options.onError?.(error, { id, kind });
    if (error instanceof MailNotAccepted && error.lasting === 'permanent') {
      await this.#pool.query(drop, [id]);
      this.#options.onMetric?.({ name: 'given-up', kind, why: 'refused' });
      return;
    }
    // A row sealed under another key is kept until its time is over: the key may come back.
    const first = this.#options.firstRetryMs ?? 1_000;
    const delayMs = Math.min(first * 2 ** Math.min(attempts - 1, 20), lastRetryMs);
    await this.#pool.query(postpone, [id, Math.round(delayMs * (0.75 + Math.random() / 2))]);
    this.#options.onMetric?.({ name: 'retried', kind });
  }

  async #expire(): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string; kind: string }>({
      name: 'mail-expire',
      text: expire,
    });
    for (const { id, kind } of rows) {
      this.#options.onMetric?.({ name: 'given-up', kind, why: 'expired' });
      this.#options.onError?.(new Error('mail given up: its time is over'), { id, kind });
    }
  }

  async #measure(): Promise<void> {
    if (performance.now() - this.#measuredAt < measureEveryMs) return;
    this.#measuredAt = performance.now();
    const { rows } = await this.#pool.query<{ mails: number; oldestSeconds: number }>(measure);
    if (rows[0]) this.#options.onMetric?.({ name: 'waiting', ...rows[0] });
  }
}
