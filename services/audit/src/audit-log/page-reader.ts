import { statementNames } from '@pcft/database';
import { closeEventPool, createEventPool } from '@pcft/events';
import type pg from 'pg';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';

/** Reads what a statement selects. 64-bit numbers come as `bigint` or as text, depending on who reads. */
export interface RowReader {
  read<Row extends pg.QueryResultRow>(query: Prisma.Sql): Promise<Row[]>;
}

/** Each keeps the plans of its statements, over all months. */
const mostConnections = 6;

/**
 * Connections for pages of the log. Their statements are planned once for any values: those that come here have one right
 * index, whatever is looked for, and to plan one over a year of months anew costs more than to run it. A table that was empty at
 * that moment must not be read whole for ever after; so there is no plan without an index. pg itself rather than Prisma, which
 * turns every value of a row into text and back: a third of the time that a page took in this process.
 */
export function createPageReader(
  config: { readonly DATABASE_URL: string; readonly DATABASE_POOL: number },
  onError: (error: unknown) => void,
): RowReader & { close(): Promise<void> } {
  const pool = createEventPool({
    databaseUrl: config.DATABASE_URL,
    name: 'audit pages',
    connections: Math.min(config.DATABASE_POOL, mostConnections),
    statementTimeoutMs: 1_200,
    // A fresh one has to learn of every month and index first, which takes a tenth of a second.
    idleTimeoutMs: 600_000,
    settings: { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' },
    onError,
  });
  const nameOf = statementNames();
  return {
    read: async <Row extends pg.QueryResultRow>({ text, values }: Prisma.Sql) => {
      const { rows } = await pool.query<Row>({ name: nameOf(text), text, values: [...values] });
      return rows;
    },
    close: () => closeEventPool(pool),
  };
}

/** Statements that are planned for their values. */
export function plannedReader(prisma: PrismaClient): RowReader {
  return { read: (query) => prisma.$queryRaw(query) };
}
