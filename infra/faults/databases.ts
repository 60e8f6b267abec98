import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { services } from '../stack/services.ts';
import type { Stack } from '../stack/stack.ts';

/** Superuser connections to the suite's databases, for counting and for doing harm. */
export class Databases {
  readonly #stack: Stack;
  readonly #pools = new Map<string, pg.Pool>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** @param name a service's database, or `postgres` */
  of(name: string): pg.Pool {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      const url = new URL(this.#stack.ownerDatabaseUrls['audit'] ?? '');
      url.username = 'postgres';
      url.password = encodeURIComponent(this.#stack.secrets.databasePasswords['postgres'] ?? '');
      url.pathname = `/${name}`;
      pool = new pg.Pool({
        ...{ connectionString: url.href, max: 3, application_name: 'faults' },
        ...{ connectionTimeoutMillis: 2_000, query_timeout: 20_000 },
      });
      pool.on('error', () => undefined); // the server is killed again and again; the next query connects anew
      this.#pools.set(name, pool);
    }
    return pool;
  }

  /** Events that audit has not committed yet, over all services. */
  async waiting(): Promise<number> {
    const counts = await Promise.all(
      services.map(async ({ database }) => {
        const { rows } = await this.of(database).query<{ n: number }>(
          'SELECT count(*)::int AS n FROM outbox_event',
        );
        return rows[0]?.n ?? 0;
      }),
    );
    return counts.reduce((sum, n) => sum + n, 0);
  }

  /**
   * Resolves when every outbox is empty, with the seconds that it took.
   *
   * @throws when one is not after `withinMs`
   */
  async drained(withinMs = 60_000): Promise<number> {
    const from = performance.now();
    for (;;) {
      const left = await this.waiting().catch((error: unknown) => String(error)); // it may not be back yet
      if (left === 0) break;
      if (performance.now() - from > withinMs)
        throw new Error(`the outboxes are not empty after ${String(withinMs / 1000)} s: ${String(left)}`);
      await sleep(50);
    }
    return (performance.now() - from) / 1000;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end().catch(() => undefined)));
  }
}
