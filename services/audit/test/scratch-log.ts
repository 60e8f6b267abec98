import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { StoredLink } from './verify-chain.ts';

/** A database of the test's own, made as audit's is: migrations by the owner, grants for a runtime role. */
export interface ScratchLog {
  /** As the runtime role, which the service runs as. */
  readonly runtimeUrl: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** A superuser's own connection, beside what is tested. */
  readonly admin: pg.Client;
  /** All rows, chain by chain, in order. */
  chains(): Promise<Map<string, StoredLink[]>>;
  /** Applies what was left out, and grants. */
  migrate(): Promise<void>;
  /** Moves rows of a log up to a place in the chain into a month of the past, as if they had been chained then. */
  backdate(name: string, to: bigint, segment: number): Promise<void>;
  drop(): Promise<void>;
}

const prisma = join(import.meta.dirname, '..', 'prisma');

/** @param until a migration's name: it and later ones are left out, and `migrate` applies them */
export async function createScratchLog(until = '~'): Promise<ScratchLog> {
  const superuser = superuserUrl();
  const name = `scratch_${randomBytes(6).toString('hex')}`;
  const [owner, runtime] = [`${name}_owner`, name];
  const password = randomBytes(12).toString('hex');
  await run(superuser, [
    `CREATE ROLE ${owner} LOGIN PASSWORD '${password}'`,
    `CREATE ROLE ${runtime} LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${name} OWNER ${owner}`,
  ]);
  const as = (role: string): string => {
    const url = new URL(superuser);
    [url.username, url.password, url.pathname] = [role, password, `/${name}`];
    return url.href;
  };
  const migrations = readdirSync(join(prisma, 'migrations')).sort();
  const apply = async (folders: readonly string[]): Promise<void> =>
    run(
      as(owner),
      folders.map((folder) => readFileSync(join(prisma, 'migrations', folder, 'migration.sql'), 'utf8')),
    );
  const migrate = async (): Promise<void> => {
    await apply(migrations.filter((folder) => folder >= until));
    const grants = readFileSync(join(prisma, 'grants.sql'), 'utf8');
    await run(as(owner), [grants.replaceAll('{{runtime_role}}', runtime)]);
  };
  await apply(migrations.filter((folder) => folder < until));
  if (until === '~') await migrate();
  const adminUrl = new URL(superuser);
  adminUrl.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: adminUrl.href });
  admin.on('error', () => {});
  await admin.connect();
  return {
    runtimeUrl: as(runtime),
    ownerUrl: as(owner),
    superuserUrl: adminUrl.href,
    admin,
    chains: async () => {
      const { rows } = await admin.query<Omit<StoredLink, 'seq'> & { seq: string }>(
        'SELECT log, seq, id, source, body, hash FROM audit_event ORDER BY log, seq',
      );
      return Map.groupBy(
        rows.map((row) => ({ ...row, seq: BigInt(row.seq) })),
        ({ log }) => log,
      );
    },
    migrate,
    backdate: async (name, to, segment) => {
      await admin.query(`BEGIN; SET LOCAL session_replication_role = replica`);
      await admin.query(`SET LOCAL ROLE ${owner}`);
      await admin.query('SELECT add_segment($1)', [segment]);
      await admin.query('RESET ROLE');
      for (const table of ['audit_event', 'audit_word'])
        await admin.query(`UPDATE ${table} SET segment = $3 WHERE log = $1 AND seq <= $2`, [
          name,
          String(to),
          segment,
        ]);
      await admin.query(
        `UPDATE chain_head SET first_segment = least(first_segment, $3),
           segment = CASE WHEN seq <= $2 THEN $3 ELSE segment END WHERE log = $1`,
        [name, String(to), segment],
      );
      await admin.query('COMMIT');
    },
    drop: async () => {
      await admin.end();
      await run(superuser, [
        `DROP DATABASE ${name} WITH (FORCE)`,
        `DROP ROLE ${owner}`,
        `DROP ROLE ${runtime}`,
      ]);
    },
  };
}

/** Addresses of the engines that the test run started; the file is named by `PCFT_STACK`. */
function stack(): {
  urls: { database: { audit: string }; nats: string };
  secrets: { databasePasswords: { postgres: string } };
} {
  const path = process.env['PCFT_STACK'];
  if (!path) throw new Error('PCFT_STACK names no stack: run the tests with `npm test`');
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof stack>;
}

export function natsUrl(): string {
  return stack().urls.nats;
}

function superuserUrl(): string {
  const { urls, secrets } = stack();
  const url = new URL(urls.database.audit);
  [url.username, url.password, url.pathname] = ['postgres', secrets.databasePasswords.postgres, '/postgres'];
  return url.href;
}

async function run(url: string, scripts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const script of scripts) await client.query(script);
  } finally {
    await client.end();
  }
}
