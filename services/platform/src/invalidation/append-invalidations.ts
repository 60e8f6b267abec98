import type { InvalidationRow, Subject } from '@pcft/auth';
import type { Transaction } from '../database.ts';
import { epochSql } from './epoch.ts';

/** The rows a transaction has written to the log, and the epoch they belong to. */
export interface AppendedRows {
  readonly epoch: string;
  readonly rows: readonly InvalidationRow[];
}

/**
 * Ends a transaction that changes what introspections answer: takes the next positions and writes a row for each
 * subject (rule 2). The lock on the counter lasts to the commit, so the log is gapless and in commit order; nothing
 * but the commit may follow.
 */
export async function appendInvalidations(
  transaction: Transaction,
  subjects: readonly Subject[],
): Promise<AppendedRows> {
  const kinds = subjects.map(({ kind }) => kind);
  const ids = subjects.map(({ id }) => id);
  const rows = await transaction.$queryRaw<{ n: bigint; kind: Subject['kind']; id: string; epoch: string }[]>`
    WITH position AS (UPDATE inval_pos SET n = n + ${subjects.length}::int RETURNING n)
    INSERT INTO inval_log (n, kind, id, at)
    SELECT position.n - ${subjects.length}::int + subject.number, subject.kind, subject.id, clock_timestamp()
    FROM position, unnest(${kinds}::text[], ${ids}::text[]) WITH ORDINALITY AS subject (kind, id, number)
    RETURNING n, kind, id, ${epochSql} AS epoch`;
  const epoch = rows[0]?.epoch;
  if (epoch === undefined || rows.length !== subjects.length)
    throw new Error('the invalidation log did not take the rows');
  return { epoch, rows: rows.map(({ n, kind, id }) => ({ n: Number(n), kind, id })) };
}
