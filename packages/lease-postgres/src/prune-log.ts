import { protocol } from '@pcft/auth';
import type { Statements } from './statements.ts';

/**
 * Forgets rows older than an hour. Always a prefix of the log, so that a holder sees by the first missing row whether
 * it has missed any.
 */
export async function pruneLog(
  database: Statements,
  retentionMs = protocol.LOG_RETENTION_MS,
): Promise<number> {
  return database.$executeRawUnsafe(
    `DELETE FROM inval_log WHERE n <= (
       SELECT max(n) FROM inval_log WHERE at < clock_timestamp() - $1::int * interval '1 millisecond')`,
    retentionMs,
  );
}
