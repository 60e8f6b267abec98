import { PrismaPg } from '@prisma/adapter-pg';

export interface DatabaseOptions {
  /** `postgresql://…` of the service's own database and runtime role. */
  readonly url: string;
  /** Shown in `pg_stat_activity`, e.g. `platform`. */
  readonly applicationName: string;
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** A connection was lost while idle; for the log. */
  readonly onError?: (error: Error) => void;
}

/**
 * The driver adapter of a service's Prisma client. Nothing waits for ever: not for a connection, not for a
 * statement, not for a lock, and no transaction stays open behind a client that went away. Connections are kept
 * alive by TCP, so that a database that vanished without a word is noticed.
 */
export function createPrismaAdapter({
  url,
  applicationName,
  poolSize = 10,
  onError,
}: DatabaseOptions): PrismaPg {
  const ignored = () => undefined;
  const nameOf = statementNames();
  return new PrismaPg(
    {
      connectionString: url,
      application_name: applicationName,
      max: poolSize,
      connectionTimeoutMillis: 1300,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // The server's limits, and one of the client's own for a server that does not answer at all.
      statement_timeout: 1200,
      // Whoever waits for a row may have to wait for the outbox after it, and its caller waits two seconds at most.
      lock_timeout: 600,
      idle_in_transaction_session_timeout: 2000,
      query_timeout: 1400,
    },
    {
      onPoolError: onError ?? ignored,
      onConnectionError: onError ?? ignored,
      // Prepared statements by text: the same query is parsed and planned once a connection.
      statementNameGenerator: ({ sql }) => nameOf(sql),
    },
  );
}

const mostNames = 500;
/** Characters. A longer text is a union over many logs or actions, which hardly comes again as it is. */
const longestNamed = 8_000;

/**
 * Short stable names for statement texts, of one pool. Lists of changing length make ever new texts, so beyond a number
 * a statement stays unnamed: neither this map nor the server's memory grows without bound.
 */
export function statementNames(): (sql: string) => string {
  const names = new Map<string, string>();
  return (sql) => {
    let name = names.get(sql);
    if (name === undefined) {
      if (names.size >= mostNames || sql.length > longestNamed) return '';
      name = `s${names.size}`;
      names.set(sql, name);
    }
    return name;
  };
}
