import { protocol } from '@pcft/auth';
import type { Database } from '../database.ts';

/**
 * Forgets rows older than an hour. Always a prefix of the log, so that a holder sees by the first missing row whether
 * it has missed any.
 */
export async function pruneLog(database: Database, retentionMs = protocol.LOG_RETENTION_MS): Promise<number> {
  return database.$executeRaw`
    DELETE FROM inval_log WHERE n <= (
      SELECT max(n) FROM inval_log WHERE at < clock_timestamp() - ${retentionMs}::int * interval '1 millisecond')`;
}
