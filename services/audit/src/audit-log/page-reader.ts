import { statementNames } from '@pcft/database';
import { closeEventPool, createEventPool } from '@pcft/events';
import type pg from 'pg';
import type { Prisma } from '../../generated/prisma/client.ts';

/** Reads what a statement selects. 64-bit numbers come as text. */
export interface RowReader {
  read<Row extends pg.QueryResultRow>(query: Prisma.Sql): Promise<Row[]>;
}

export interface PageReader {
  /**
   * Plans a statement once for any values: most have one right index, whatever is looked for, and to plan one over a year of
   * months anew costs more than to run it.
   */
  readonly plannedOnce: RowReader;
  /** Plans a statement for the values that it has: where its best plan depends on how common each is. */
  readonly plannedEach: RowReader;
  close(): Promise<void>;
}

/**
 * Connections for pages of the log. pg itself rather than Prisma, which turns every value of a row into text and back: a
 * third of the time that a page took in this process.
 */
export function createPageReader(
  config: { readonly DATABASE_URL: string; readonly DATABASE_POOL: number },
  onError: (error: unknown) => void,
): PageReader {
  const open = (name: string, connections: number, settings: Readonly<Record<string, string>>) =>
    createEventPool({
      databaseUrl: config.DATABASE_URL,
      name,
      connections: Math.min(config.DATABASE_POOL, connections),
      statementTimeoutMs: 1_200,
      // A fresh one has to learn of every month and index first, which takes a tenth of a second.
      idleTimeoutMs: 600_000,
      settings,
      onError,
    });
  // Each keeps the plans of its statements, over all months. A table that was empty when a plan was made must not be read
  // whole for ever after; so there is none without an index.
  const once = open('audit pages', 6, { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' });
  // For sets of some hundred thousand places that are compared with each other.
  const each = open('audit combined pages', 4, { work_mem: '32MB', enable_seqscan: 'off' });
  const nameOf = statementNames();
  return {
    plannedOnce: readerOf(once, (text) => ({ name: nameOf(text), text })),
    plannedEach: readerOf(each, (text) => ({ text })),
    close: async () => {
      await Promise.all([once, each].map(closeEventPool));
    },
  };
}

function readerOf(pool: pg.Pool, statementOf: (text: string) => pg.QueryConfig): RowReader {
  return {
    read: async <Row extends pg.QueryResultRow>({ text, values }: Prisma.Sql) => {
      const { rows } = await pool.query<Row>({ ...statementOf(text), values: [...values] });
      return rows;
    },
  };
}
