import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'nats';
import { Child } from '../processes/child.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import { createEngine, type Engine, type EngineContext } from './engine.ts';
import { findBinary } from './find-binary.ts';
import { freePort } from './free-port.ts';
import { waitUntil } from '../processes/wait-until.ts';

/** The one user of infra/nats/nats.conf. */
export const natsUser = 'pcft';

/** What the streams may take on disk: the fan-out of a day, and the checkpoints. */
export const natsFileStore = '2GB';

/** Read by every way NATS is run: a binary, docker, compose. */
export const natsConfigFile = join(import.meta.dirname, '..', 'nats', 'nats.conf');

/** nats-server ≥ 2.10 (older ones have known holes and no `sync_interval`), found or fetched; `null` if neither. */
export async function findNats(cacheDir: string): Promise<string | null> {
  const installed = findBinary('nats-server', ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin']);
  if (installed !== null && isRecent(installed)) return installed;
  const root = await unpackDebianPackages(
    { name: 'nats', package: 'nats-server', withDependencies: false, debianCodename: 'trixie' },
    cacheDir,
  );
  const unpacked =
    root === null ? null : findBinary('nats-server', [join(root, 'usr/sbin'), join(root, 'usr/bin')]);
  return unpacked !== null && isRecent(unpacked) ? unpacked : null;
}

/** NATS with JetStream on a free loopback port; its store lives in the data directory. */
export async function createNats(context: EngineContext, binary: string, password: string): Promise<Engine> {
  const port = await freePort();
  const folder = join(context.dataDir, 'nats');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const launch = (): Promise<Child> =>
    Child.start({
      name: 'nats',
      tier: 'engine',
      command: binary,
      args: ['--config', natsConfigFile],
      env: {
        NATS_HOST: '127.0.0.1',
        NATS_PORT: String(port),
        NATS_SERVER_NAME: 'pcft-local',
        NATS_STORE_DIR: JSON.stringify(folder),
        NATS_PASSWORD: JSON.stringify(password),
        NATS_MAX_FILE_STORE: process.env['NATS_MAX_FILE_STORE'] ?? natsFileStore,
      },
      cwd: folder,
      logFile: join(context.dataDir, 'logs', 'nats.log'),
      ledger: context.ledger,
      stopTimeoutMs: 3_000,
    });
  return createEngine(context, 'nats', port, {
    launch,
    ready: (child) => waitUntil('NATS', child, () => pingNats(port, natsUser, password)),
  });
}

/** @throws unless JetStream answers within 2 s */
export async function pingNats(port: number, user: string, password: string): Promise<void> {
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    user,
    pass: password,
    timeout: 2_000,
    reconnect: false,
  });
  try {
    await connection.jetstreamManager();
  } finally {
    await connection.close();
  }
}

function isRecent(binary: string): boolean {
  try {
    const printed = execFileSync(binary, ['--version'], { encoding: 'utf8' });
    const [, major, minor] = /v(\d+)\.(\d+)\./.exec(printed) ?? [];
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
  } catch {
    return false;
  }
}
