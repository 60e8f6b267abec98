import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { Child } from '../processes/child.ts';
import { libraryFolders, unpackDebianPackages } from './debian-packages.ts';
import { createEngine, type Engine, type EngineContext } from './engine.ts';
import { findBinary } from './find-binary.ts';
import { freePort } from './free-port.ts';
import { waitUntil } from '../processes/wait-until.ts';

interface Binary {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** Redis, found or fetched; `null` when this machine can have none without docker. */
export async function findRedis(cacheDir: string): Promise<Binary | null> {
  const installed = findBinary('redis-server', ['/usr/sbin', '/usr/local/bin']);
  if (installed !== null && runs({ path: installed, env: process.env }))
    return { path: installed, env: process.env };
  const root = await unpackDebianPackages(
    { name: 'redis', package: 'redis-server', withDependencies: true },
    cacheDir,
  );
  if (root === null) return null;
  const libraries = [...libraryFolders(root), process.env['LD_LIBRARY_PATH'] ?? ''].filter(
    (path) => path !== '',
  );
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) };
  const binary = { path: join(root, 'usr/bin/redis-server'), env };
  return runs(binary) ? binary : null;
}

/** Redis on a free loopback port. Nothing in it is needed after a restart, so it writes nothing to disk. */
export async function createRedis(context: EngineContext, binary: Binary, password: string): Promise<Engine> {
  const port = await freePort();
  const folder = join(context.dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const config = join(folder, 'redis.conf');
  const launch = (): Promise<Child> => {
    // In a file and not among the arguments, which every user of the machine can read.
    writeFileSync(config, redisConfig(port, folder, password), { mode: 0o600 });
    return Child.start({
      name: 'redis',
      tier: 'engine',
      command: binary.path,
      args: [config],
      env: binary.env,
      cwd: folder,
      logFile: join(context.dataDir, 'logs', 'redis.log'),
      ledger: context.ledger,
      stopTimeoutMs: 2_000,
    });
  };
  return createEngine(context, 'redis', port, {
    launch,
    ready: (child) => waitUntil('Redis', child, () => pingRedis(port, password)),
  });
}

function redisConfig(port: number, folder: string, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder}"`,
    'save ""',
    'appendonly no',
    'daemonize no',
    'maxmemory 256mb',
    'maxmemory-policy allkeys-lru',
    '',
  ].join('\n');
}

/** @throws unless Redis answers */
export async function pingRedis(port: number, password: string): Promise<void> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    password,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined); // the connect below throws the same
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}

function runs(binary: Binary): boolean {
  try {
    execFileSync(binary.path, ['--version'], { env: binary.env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
