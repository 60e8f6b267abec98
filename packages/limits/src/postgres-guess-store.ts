import type { GuessRule, GuessStore } from './guess-limiter.ts';

/** As much of a Prisma client as is needed. */
export interface RawClient {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
}

// clock_timestamp(), not now(): whoever waited for the row has to see the time after the wait.
const takeSql = `
  INSERT INTO guess_budget AS budget (key, failures, next_at, touched_at)
  VALUES ($1, 1, CASE WHEN 1 < $2::int THEN '-infinity' ELSE clock_timestamp() + $3::int * interval '1 second' END,
          clock_timestamp())
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN budget.touched_at < clock_timestamp() - $5::int * interval '1 second'
                    THEN 1 ELSE budget.failures + 1 END,
    next_at = CASE WHEN budget.touched_at < clock_timestamp() - $5::int * interval '1 second'
                        OR budget.failures + 1 < $2::int THEN '-infinity'
                   ELSE clock_timestamp() + least($4::float8, $3::int * power(2, least(budget.failures + 1 - $2::int, 30)))
                        * interval '1 second' END,
    touched_at = clock_timestamp()
  WHERE budget.next_at <= clock_timestamp()
  RETURNING failures`;

const waitSql = `
  SELECT greatest(1, ceil(extract(epoch FROM next_at - clock_timestamp())))::int AS seconds
  FROM guess_budget WHERE key = $1`;

/**
 * Budgets in the service's own PostgreSQL, so that they hold when Redis is away. Needs this table:
 * `guess_budget (key bytea PRIMARY KEY, failures int, next_at timestamptz, touched_at timestamptz)`.
 */
export class PostgresGuessStore implements GuessStore {
  readonly #client: RawClient;

  constructor(client: RawClient) {
    this.#client = client;
  }

  async take(key: Buffer, rule: GuessRule): Promise<{ readonly retryAfterSeconds: number } | null> {
    const { freeAttempts, firstDelaySeconds, longestDelaySeconds, forgetSeconds } = rule;
    const taken = await this.#client.$queryRawUnsafe<unknown[]>(
      takeSql,
      key,
      freeAttempts,
      firstDelaySeconds,
      longestDelaySeconds,
      forgetSeconds,
    );
    if (taken.length > 0) return null;
    const [wait] = await this.#client.$queryRawUnsafe<{ seconds: number }[]>(waitSql, key);
    return { retryAfterSeconds: wait?.seconds ?? 1 };
  }

  async giveBack(key: Buffer): Promise<void> {
    await this.#client.$executeRawUnsafe(
      `UPDATE guess_budget SET failures = greatest(failures - 1, 0), next_at = '-infinity' WHERE key = $1`,
      key,
    );
  }

  async forget(key: Buffer): Promise<void> {
    await this.#client.$executeRawUnsafe('DELETE FROM guess_budget WHERE key = $1', key);
  }

  /** Drops what nobody has touched for two days: longer than any rule remembers. Some at a time. */
  async prune(): Promise<number> {
    return this.#client.$executeRawUnsafe(`
      DELETE FROM guess_budget WHERE key IN (
        SELECT key FROM guess_budget WHERE touched_at < now() - interval '2 days' LIMIT 5000 FOR UPDATE SKIP LOCKED)`);
  }
}
