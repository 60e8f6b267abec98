import type { InvalidationRow, Subject } from '@pcft/auth';
import { epochText } from './epoch-sql.ts';
import type { Statements } from './statements.ts';

/** The rows a transaction has written to the log, and the epoch they belong to. */
export interface AppendedRows {
  readonly epoch: string;
  readonly rows: readonly InvalidationRow[];
}

const append = `
  WITH position AS (UPDATE inval_pos SET n = n + $1::int RETURNING n)
  INSERT INTO inval_log (n, kind, id, at)
  SELECT position.n - $1::int + subject.number, subject.kind, subject.id, clock_timestamp()
  FROM position, unnest($2::text[], $3::text[]) WITH ORDINALITY AS subject (kind, id, number)
  RETURNING n, kind, id, ${epochText} AS epoch`;

/**
 * Ends a transaction that changes what cached answers say: takes the next positions and writes a row for each
 * subject (rule 2). The lock on the counter lasts to the commit, so the log is gapless and in commit order; nothing
 * but the commit may follow.
 */
export async function appendInvalidations(
  transaction: Pick<Statements, '$queryRawUnsafe'>,
  subjects: readonly Subject[],
): Promise<AppendedRows> {
  const rows = await transaction.$queryRawUnsafe<
    { n: bigint; kind: Subject['kind']; id: string; epoch: string }[]
  >(
    append,
    subjects.length,
    subjects.map(({ kind }) => kind),
    subjects.map(({ id }) => id),
  );
  const epoch = rows[0]?.epoch;
  if (epoch === undefined || rows.length !== subjects.length)
    throw new Error('the invalidation log did not take the rows');
  return { epoch, rows: rows.map(({ n, kind, id }) => ({ n: Number(n), kind, id })) };
}
