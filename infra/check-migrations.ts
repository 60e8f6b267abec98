/**
 * Fails when a service's migrations do not lead to its schema.prisma: applies them to a PostgreSQL of its own, which
 * is removed again, and compares.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgresFolder } from './engines/postgres-folder.ts';
import { schemaDrift } from './migrate/schema-drift.ts';
import { lockDataDir } from './processes/data-dir-lock.ts';
import { ProcessLedger } from './processes/process-ledger.ts';
import type { SupervisedProcess } from './processes/supervised-process.ts';
import { startWatchdog } from './processes/watchdog.ts';
import { cacheFolder, rootFolder } from './root-folder.ts';
import { startDataLayer } from './stack/data-layer.ts';
import { loadSecrets } from './stack/secrets.ts';
import { services } from './stack/services.ts';
import { stopRequests } from './stop-requests.ts';

const withDatabase = services.filter(({ folder }) =>
  existsSync(join(rootFolder, folder, 'prisma', 'schema.prisma')),
);
const signal = stopRequests();
const dataDir = mkdtempSync(join(tmpdir(), 'pcft-migrations-'));
const lock = await lockDataDir(dataDir);
const watchdog = startWatchdog(dataDir, lock.run);
const running: SupervisedProcess[] = [];
try {
  const roles = withDatabase.flatMap(({ database }) => [database, `${database}_owner`]);
  const context = {
    dataDir,
    cacheDir: cacheFolder,
    ledger: new ProcessLedger(dataDir, lock.run),
    log: () => undefined,
    signal,
  };
  // Only PostgreSQL, and never one that the environment names.
  const elsewhere = { REDIS_URL: 'redis://none', NATS_URL: 'nats://none' };
  const secrets = loadSecrets(dataDir, roles, []);
  const { urls } = await startDataLayer(context, elsewhere, withDatabase, secrets, running);
  for (const service of withDatabase) {
    const missing = await schemaDrift(
      urls.ownerDatabase[service.database] ?? '',
      join(rootFolder, service.folder),
    );
    if (missing === '') continue;
    process.exitCode = 1;
    console.error(`${service.name}: migrations do not lead to schema.prisma; missing is\n${missing}\n`);
  }
} finally {
  await Promise.all(running.map((engine) => engine.stop()));
  await watchdog.stop();
  removePostgresFolder(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}
if (process.exitCode !== 1)
  console.log(`migrations of ${withDatabase.map(({ name }) => name).join(', ')} lead to their schemas`);
