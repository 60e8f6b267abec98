import { join } from 'node:path';
import { provisionDatabases } from '../databases/provision-databases.ts';
import type { Engine, EngineContext } from '../engines/engine.ts';
import { startLocalEngines } from '../engines/local-engines.ts';
import { migrateDatabase } from '../migrate/migrate-database.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { rootFolder } from '../root-folder.ts';
import { enginesToRun, engineUrls, ownDatabases, superuserUrl, type EngineUrls } from './engine-urls.ts';
import type { Secrets } from './secrets.ts';
import type { ServiceDefinition } from './services.ts';

export interface DataLayer {
  /** Those the suite runs itself; the others were given by address. */
  engines: Engine[];
  urls: EngineUrls;
}

/**
 * Engines, databases, roles and migrations: everything below the services.
 * @param running every engine is added to it before it starts, so that the caller can stop it whatever fails
 */
export async function startDataLayer(
  context: EngineContext,
  env: NodeJS.ProcessEnv,
  services: readonly ServiceDefinition[],
  secrets: Secrets,
  running: SupervisedProcess[],
): Promise<DataLayer> {
  const engines = await startLocalEngines(context, secrets, enginesToRun(env, services), running);
  const own = ownDatabases(env, services);
  if (own.length > 0) {
    await provisionDatabases(
      superuserUrl(engines, secrets),
      own.map(({ database }) => ({
        name: database,
        password: secrets.databasePasswords[database] ?? '',
        ownerPassword: secrets.databasePasswords[`${database}_owner`] ?? '',
      })),
    );
  }
  const urls = engineUrls(env, services, engines, secrets);
  await migrateAll(services, urls, context.log);
  return { engines, urls };
}

/** Brings every service's database to the schema on disk. */
export async function migrateAll(
  services: readonly ServiceDefinition[],
  urls: Pick<EngineUrls, 'database' | 'ownerDatabase'>,
  log: (line: string) => void,
): Promise<void> {
  await Promise.all(
    services.map(async (service) => {
      const runtimeUrl = new URL(urls.database[service.database] ?? '');
      const applied = await migrateDatabase({
        folder: join(rootFolder, service.folder),
        ownerUrl: urls.ownerDatabase[service.database] ?? '',
        runtimeRole: decodeURIComponent(runtimeUrl.username),
      }).catch((error: unknown) => {
        throw new Error(
          `migrating ${service.database} failed: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      });
      if (applied.length > 0) log(`${service.database}: applied ${applied.join(', ')}`);
    }),
  );
}
