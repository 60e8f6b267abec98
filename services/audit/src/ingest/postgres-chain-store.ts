import { closeEventPool, createEventPool } from '@pcft/events';
import type pg from 'pg';
import { appendRows, appendRowsBehind } from './append-rows.ts';
import type { ChainedEntry, ChainStore } from './chain-store.ts';
import { type Append, JoinedAppends } from './joined-appends.ts';
import { Turns } from './turns.ts';

export interface ChainStoreOptions {
  readonly databaseUrl: string;
  readonly connections?: number;
  readonly onError?: (error: unknown) => void;
}

/** Somebody else appends to these chains too: for so long nothing is appended behind what has not committed. */
const distrustMs = 5_000;

/**
 * The chain in PostgreSQL. Whole batches in one statement each (COPY), so pg itself rather than Prisma; and connections
 * of its own, so that a slow query of the log does not hold up what comes in.
 */
export function createPostgresChainStore(options: ChainStoreOptions): ChainStore {
  const pool = createEventPool({
    databaseUrl: options.databaseUrl,
    name: 'audit ingest',
    connections: options.connections ?? 4,
    statementTimeoutMs: 2_500,
    onError: (error) => options.onError?.(error),
  });
  const together = appendTogether(pool);
  const joined = new JoinedAppends(together);
  return {
    append: (entries) => joined.append(entries),
    close: () => closeEventPool(pool),
  };
}

function appendTogether(pool: pg.Pool): (appends: readonly Append[]) => Promise<ChainedEntry[][] | null> {
  const turns = new Turns();
  let distrustUntil = 0;

  const behind = async (appends: readonly Append[]): Promise<ChainedEntry[][] | null> => {
    const entries = appends.flatMap((append) => append.entries);
    const ahead = performance.now() < distrustUntil ? null : turns.ahead(entries);
    if (!ahead) return null;
    return turns.during(entries, async (turn) => {
      const expected = await ahead.linked;
      if (!expected) return null;
      // Whatever it fails with shows again when it is done the other way, if it is of these rows.
      const chained = await withClient(pool, (client) =>
        appendRowsBehind(client, appends, { turn, ahead, expected }),
      ).catch(() => null);
      if (!chained && (await ahead.ended)) distrustUntil = performance.now() + distrustMs;
      return chained;
    });
  };

  return async (appends) =>
    (await behind(appends)) ??
    turns.during(
      appends.flatMap((append) => append.entries),
      async (turn, before) => {
        // Those that have yet to lock their heads would find them taken.
        await Promise.all(before.map(({ locked }) => locked));
        return withClient(pool, (client) => appendRows(client, appends, turn));
      },
    );
}

async function withClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await work(client);
  } catch (error) {
    // Whatever state the session is in, it ends: that also rolls back.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
