/**
 * Migrates the databases of running development engines (`node infra/dev-engines.ts`):
 * `node infra/migrate.ts [service…] [--reset]`. `--reset` drops the service's database first.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { provisionDatabases } from './databases/provision-databases.ts';
import { rootFolder } from './root-folder.ts';
import { migrateAll } from './stack/data-layer.ts';
import type { EngineUrls } from './stack/engine-urls.ts';
import type { Secrets } from './stack/secrets.ts';
import { services } from './stack/services.ts';

const dataDir = resolve(process.env['DATA_DIR'] ?? join(rootFolder, '.data', 'dev'));
const { urls, secrets } = JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as {
  urls: EngineUrls;
  secrets: Secrets;
};
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const chosen = services.filter((service) => names.length === 0 || names.includes(service.name));
if (process.argv.includes('--reset')) for (const { database } of chosen) await reset(database);
await migrateAll(chosen, urls, console.log);
console.log(`${chosen.map((service) => service.database).join(', ')}: up to date`);

async function reset(database: string): Promise<void> {
  const superuser = new URL(urls.database[database] ?? '');
  superuser.username = 'postgres';
  superuser.password = secrets.databasePasswords['postgres'] ?? '';
  superuser.pathname = '/postgres';
  const client = new pg.Client({ connectionString: superuser.href });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
  await client.end();
  await provisionDatabases(superuser.href, [
    {
      name: database,
      password: secrets.databasePasswords[database] ?? '',
      ownerPassword: secrets.databasePasswords[`${database}_owner`] ?? '',
    },
  ]);
}
