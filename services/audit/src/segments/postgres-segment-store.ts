import { closeEventPool, createEventPool } from '@pcft/events';
import type { SegmentStore } from './segment-store.ts';

/** The functions of the migration that made partitions; they have the owner's rights, the service has not. */
export function createPostgresSegmentStore(options: {
  readonly databaseUrl: string;
  readonly onError: (error: unknown) => void;
}): SegmentStore & { close(): Promise<void> } {
  const pool = createEventPool({
    databaseUrl: options.databaseUrl,
    name: 'audit segments',
    connections: 1,
    statementTimeoutMs: 60_000,
    onError: options.onError,
  });
  const figure = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const { rows } = await pool.query<{ figure: number }>(`SELECT ${text} AS figure`, [...values]);
    return rows[0]?.figure ?? 0;
  };
  return {
    ensure: () => figure('ensure_segments()'),
    async withRowsBefore(segment, above, limit) {
      const { rows } = await pool.query<{ log: string }>(
        `SELECT log FROM chain_head WHERE seq >= first_seq AND first_segment < $1 AND log > $2 ORDER BY log LIMIT $3`,
        [segment, above, limit],
      );
      return rows.map(({ log }) => log);
    },
    retire: (log, before) => figure('retire_segments($1, $2)', [log, before]),
    async removeRetired(most) {
      const removed = await figure('remove_retired_rows($1)', [most]);
      return removed < 0 ? null : removed;
    },
    dropEmpty: () => figure('drop_empty_segments()'),
    close: () => closeEventPool(pool),
  };
}
