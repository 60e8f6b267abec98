import { setTimeout as sleep } from 'node:timers/promises';
import { closeEventPool, createEventPool } from '@pcft/events';
import type pg from 'pg';
import { appendRows, appendRowsBehind } from './append-rows.ts';
import type { ChainedEntry, ChainStore } from './chain-store.ts';
import { type Append, type AppendTogether, JoinedAppends } from './joined-appends.ts';
import { Turn, Turns } from './turns.ts';

export interface ChainStoreOptions {
  readonly databaseUrl: string;
  readonly connections?: number;
  /** What became of an append behind another that had not committed; all but `stored` is appended once more. */
  readonly onBehind?: (outcome: AppendedBehind) => void;
  readonly onError?: (error: unknown) => void;
}

export type AppendedBehind = 'stored' | 'repeated' | 'overtaken' | 'alone' | 'failed';

/** Somebody else appends to this chain too, or the one ahead is slow: for so long nothing is appended behind what has not committed. */
const distrustMs = 5_000;

/** The one ahead may itself wait for a head that somebody holds: then each waits for itself, and none for all before. */
const mostMsUntilLinked = 250;

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
  const joined = new JoinedAppends(appendTogether(pool, options));
  return {
    append: (entries) => joined.append(entries),
    close: () => closeEventPool(pool),
  };
}

function appendTogether(pool: pg.Pool, { onBehind, onError }: ChainStoreOptions): AppendTogether {
  const turns = new Turns();
  let distrustUntil = 0;

  const behind = async (appends: readonly Append[]): Promise<ChainedEntry[][] | null> => {
    const entries = appends.flatMap((append) => append.entries);
    const ahead = performance.now() < distrustUntil ? null : turns.ahead(entries);
    if (!ahead) return null;
    return turns.during(new Turn(entries, true), async (turn) => {
      const heads = await Promise.race([ahead.linked, sleep(mostMsUntilLinked, null, { ref: false })]);
      if (!heads) return null;
      const outcome = await withClient(pool, (client) =>
        appendRowsBehind(client, appends, turn, { ahead, heads }),
      ).catch((error: unknown) => {
        // If it is of these rows, it shows again in their own turn.
        onError?.(error);
        return 'failed' as const;
      });
      onBehind?.(typeof outcome === 'string' ? outcome : 'stored');
      if (typeof outcome !== 'string') return outcome;
      if (outcome !== 'repeated') distrustUntil = performance.now() + distrustMs;
      return null;
    });
  };

  return async (appends) =>
    (await behind(appends)) ??
    turns.during(new Turn(appends.flatMap((append) => append.entries)), async (turn) => {
      await turns.noneBehind(turn);
      return withClient(pool, (client) => appendRows(client, appends, turn));
    });
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
