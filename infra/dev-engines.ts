/**
 * Engines and migrated databases without services, for work on one service: `node infra/dev-engines.ts`.
 * Writes every address and secret to `<DATA_DIR>/stack.json`; SIGHUP migrates again, Ctrl-C stops.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockDataDir } from './processes/data-dir-lock.ts';
import { ProcessLedger } from './processes/process-ledger.ts';
import { stopLeftovers } from './processes/stop-leftovers.ts';
import type { SupervisedProcess } from './processes/supervised-process.ts';
import { cacheFolder, rootFolder } from './root-folder.ts';
import { migrateAll, startDataLayer } from './stack/data-layer.ts';
import { loadSecrets } from './stack/secrets.ts';
import { services } from './stack/services.ts';

const dataDir = resolve(process.env['DATA_DIR'] ?? join(rootFolder, '.data', 'dev'));
const lock = await lockDataDir(dataDir);
const ledger = new ProcessLedger(dataDir, lock.run);
await stopLeftovers(ledger);
const secrets = loadSecrets(
  dataDir,
  services.flatMap(({ database }) => [database, `${database}_owner`]),
  services.map(({ name }) => name),
);
const context = { dataDir, cacheDir: cacheFolder, ledger, log: console.log };
const running: SupervisedProcess[] = [];
const { urls } = await startDataLayer(context, process.env, services, secrets, running);
const stackFile = join(dataDir, 'stack.json');
writeFileSync(stackFile, `${JSON.stringify({ urls, secrets }, null, 2)}\n`, { mode: 0o600 });
console.log(`ready, see ${stackFile}`);

let stopping = false;
const keepAlive = setInterval(() => undefined, 60_000);
process.on('SIGHUP', () => {
  migrateAll(services, urls, console.log).then(
    () => console.log('migrated'),
    (error: unknown) => console.error(error instanceof Error ? error.message : error),
  );
});
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stopping) return;
    stopping = true;
    clearInterval(keepAlive);
    void Promise.all(running.map((engine) => engine.stop())).finally(() => lock.release());
  });
}
