/**
 * Prisma clients of the services that have a schema: `node infra/generate.ts [service…]`. Offline, and skipped where
 * neither the schema nor Prisma's version has changed since.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinary } from './engines/find-binary.ts';
import { lockDataDir } from './processes/data-dir-lock.ts';
import { rootFolder } from './root-folder.ts';
import { services, type ServiceDefinition } from './stack/services.ts';

const run = promisify(execFile);

/** @returns the services whose client was made anew */
export async function generateClients(chosen: readonly ServiceDefinition[]): Promise<string[]> {
  if (!chosen.some(isStale)) return [];
  // Another start in this checkout may be at it: two at once would read each other's half-written clients.
  const lock = await lockDataDir(join(rootFolder, '.cache', 'generate'), undefined, undefined, 120_000);
  try {
    const stale = chosen.filter(isStale);
    const queue = [...stale];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await generate(join(rootFolder, next.folder));
      }
    };
    await Promise.all([worker(), worker()]); // two at once: each keeps a core busy
    return stale.map((service) => service.name);
  } finally {
    lock.release();
  }
}

function isStale(service: ServiceDefinition): boolean {
  const folder = join(rootFolder, service.folder);
  if (!existsSync(schemaFile(folder))) return false;
  const stamp = stampFile(folder);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(folder);
}

async function generate(folder: string): Promise<void> {
  const cli = join(rootFolder, 'node_modules', 'prisma', 'build', 'index.js');
  try {
    await run(process.execPath, [cli, 'generate', '--schema', schemaFile(folder)], {
      cwd: folder,
      env: {
        ...process.env,
        // Generating never runs the schema engine, but the CLI would download it unless it is told of one.
        PRISMA_SCHEMA_ENGINE_BINARY: findBinary('true', ['/bin', '/usr/bin']) ?? process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Error(`prisma generate failed in ${folder}:\n${stderr ?? ''}${stdout ?? ''}`, { cause: error });
  }
  writeFileSync(stampFile(folder), fingerprint(folder));
}

function fingerprint(folder: string): string {
  const { version } = JSON.parse(
    readFileSync(join(rootFolder, 'node_modules/prisma/package.json'), 'utf8'),
  ) as {
    version: string;
  };
  return createHash('sha256')
    .update(version)
    .update(readFileSync(schemaFile(folder)))
    .digest('hex');
}

function schemaFile(folder: string): string {
  return join(folder, 'prisma', 'schema.prisma');
}

function stampFile(folder: string): string {
  return join(folder, 'generated', 'prisma', '.schema-hash');
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const made = await generateClients(
    services.filter(({ name }) => names.length === 0 || names.includes(name)),
  );
  console.log(
    made.length === 0 ? 'Prisma clients are up to date' : `made Prisma clients: ${made.join(', ')}`,
  );
}
