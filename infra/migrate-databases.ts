/**
 * Migrates the databases that DATABASE_URL_<SERVICE> and DATABASE_URL_<SERVICE>_OWNER name, for containers and
 * clusters. The first only says which role the tables are granted to.
 */
import { migrateAll } from './stack/data-layer.ts';
import { databasesFromEnvironment } from './stack/engine-urls.ts';
import { services } from './stack/services.ts';

try {
  await migrateAll(services, databasesFromEnvironment(process.env, services), console.log);
  console.log('every database is up to date');
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
