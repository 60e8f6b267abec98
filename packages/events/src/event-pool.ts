import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface EventPoolOptions {
  readonly databaseUrl: string;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly connections: number;
  /** After this the server cancels a statement, and the client gives up a connection that does not answer. */
  readonly statementTimeoutMs: number;
  /** How long a connection is kept that nobody uses. Default 10 s. */
  readonly idleTimeoutMs?: number;
  /** Settings of every session, such as `{plan_cache_mode: 'force_generic_plan'}`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onError: (error: unknown) => void;
}

/** Connections apart from the service's own, for one kind of work: its busy pool must not keep events waiting, nor the reverse. */
export function createEventPool(options: EventPoolOptions): pg.Pool {
  const { statementTimeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: options.name,
    max: options.connections,
    connectionTimeoutMillis: statementTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 1_000,
    // A frozen server enforces nothing.
    query_timeout: statementTimeoutMs + 100,
    keepAlive: true,
    ...(options.idleTimeoutMs !== undefined && { idleTimeoutMillis: options.idleTimeoutMs }),
    options: Object.entries(options.settings ?? {})
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // The pool speaks for its idle clients; one that is in use and loses its server between two queries has nobody else
  // to tell, and an error event without a listener ends the process.
  pool.on('error', options.onError);
  pool.on('connect', (client) => client.on('error', options.onError));
  return pool;
}

/** Ends the connections; does not wait for a server that does not answer. */
export async function closeEventPool(pool: pg.Pool): Promise<void> {
  await Promise.race([pool.end().catch(() => {}), sleep(1_000, undefined, { ref: false })]);
}
