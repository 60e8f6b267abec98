import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { engineUrls } from './engine-urls.ts';

export interface ScratchDatabase {
  readonly url: string;
  /** A superuser's own connection, beside what is tested. */
  readonly admin: pg.Client;
  /** Ends the sessions whose application name is this; returns how many. */
  terminate(applicationName: string): Promise<number>;
  drop(): Promise<void>;
}

/** A database of the test's own with an empty outbox. */
export async function createScratchDatabase(): Promise<ScratchDatabase> {
  const { postgres } = engineUrls();
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  await asSuperuser(postgres, `CREATE DATABASE ${name}`);
  const url = new URL(postgres);
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: url.href });
  admin.on('error', () => {});
  await admin.connect();
  await admin.query(readFileSync(join(import.meta.dirname, '..', 'outbox.sql'), 'utf8'));
  return {
    url: url.href,
    admin,
    terminate: async (applicationName) => {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = $1`,
        [applicationName],
      );
      return rowCount ?? 0;
    },
    drop: async () => {
      await admin.end();
      await asSuperuser(postgres, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
