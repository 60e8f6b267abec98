import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from './databases.ts';

const lookEveryMs = 50;

/** Notes when the row of each call could first be read in the log. */
export class VisibilityWatch {
  /** By request id, on the monotonic clock. */
  readonly seenAt = new Map<string, number>();
  readonly #databases: Databases;
  readonly #log: string;
  #seq = '0';
  #stopping = false;
  readonly #running: Promise<void>;

  constructor(databases: Databases, log: string) {
    this.#databases = databases;
    this.#log = log;
    this.#running = this.#run();
  }

  /** Ends after a last look. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#look().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await this.#look().catch(() => undefined); // the database is away: nobody can read there now
      await sleep(lookEveryMs);
    }
  }

  async #look(): Promise<void> {
    const { rows } = await this.#databases
      .of('audit')
      .query<{ seq: string; request_id: string | null }>(
        `SELECT seq, request_id FROM audit_event WHERE log = $1 AND seq > $2 ORDER BY seq LIMIT 5000`,
        [this.#log, this.#seq],
      );
    const now = performance.now();
    for (const { seq, request_id: id } of rows) {
      this.#seq = seq;
      if (id !== null && !this.seenAt.has(id)) this.seenAt.set(id, now);
    }
  }
}
