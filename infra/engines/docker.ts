import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../processes/child.ts';
import { createEngine, type Engine, type EngineContext, type EngineName } from './engine.ts';
import { freePort } from './free-port.ts';
import { natsConfigFile, natsFileStore, natsUser, pingNats } from './nats.ts';
import { pingPostgres, postgresFlags } from './postgres.ts';
import { pingRedis } from './redis.ts';
import { waitUntil } from '../processes/wait-until.ts';

const run = promisify(execFile);

/** Whether a docker engine answers; its command alone says nothing. */
export async function isDockerRunning(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

/** The last resort for PostgreSQL; its data stays in a volume named after the data directory. */
export function dockerPostgres(context: EngineContext, password: string): Promise<Engine> {
  return create(context, {
    name: 'postgres',
    image: 'postgres:18',
    port: 5432,
    options: ['-e', 'POSTGRES_PASSWORD', '-v', `${containerName(context, 'postgres')}:/var/lib/postgresql`],
    env: { POSTGRES_PASSWORD: password },
    args: ['postgres', ...postgresFlags('*')],
    ping: (port) => pingPostgres(port, password),
  });
}

export function dockerRedis(context: EngineContext, password: string): Promise<Engine> {
  return create(context, {
    name: 'redis',
    image: 'redis:7',
    port: 6379,
    options: ['-e', 'REDIS_PASSWORD'],
    env: { REDIS_PASSWORD: password },
    args: [
      'sh',
      '-c',
      'printf "requirepass %s\\nsave \\"\\"\\nappendonly no\\n" "$REDIS_PASSWORD" | exec redis-server -',
    ],
    ping: (port) => pingRedis(port, password),
  });
}

export function dockerNats(context: EngineContext, password: string): Promise<Engine> {
  const folder = join(context.dataDir, 'nats');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const env = {
    NATS_HOST: '0.0.0.0',
    NATS_PORT: '4222',
    NATS_SERVER_NAME: 'pcft-local',
    NATS_STORE_DIR: '"/data"',
    NATS_PASSWORD: JSON.stringify(password),
    NATS_MAX_FILE_STORE: natsFileStore,
  };
  return create(context, {
    name: 'nats',
    image: 'nats:2.12',
    port: 4222,
    options: [
      ...Object.keys(env).flatMap((name) => ['-e', name]),
      ...['-v', `${natsConfigFile}:/etc/nats.conf:ro`, '-v', `${folder}:/data`],
    ],
    env,
    args: ['--config', '/etc/nats.conf'],
    ping: (port) => pingNats(port, natsUser, password),
  });
}

interface Container {
  name: EngineName;
  image: string;
  port: number;
  options: string[];
  /** Handed over by name only, so that no password stands among the arguments. */
  env: Record<string, string>;
  args: string[];
  ping: (port: number) => Promise<void>;
}

async function create(context: EngineContext, container: Container): Promise<Engine> {
  const port = await freePort();
  const name = containerName(context, container.name);
  const launch = async (): Promise<Child> => {
    // A killed docker client leaves its container behind.
    await run('docker', ['rm', '-f', name]).catch(() => undefined);
    return Child.start({
      name: container.name,
      tier: 'engine',
      command: 'docker',
      args: [
        ...['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:${container.port}`],
        ...container.options,
        container.image,
        ...container.args,
      ],
      env: { ...process.env, ...container.env },
      cwd: context.dataDir,
      logFile: join(context.dataDir, 'logs', `${container.name}.log`),
      ledger: context.ledger,
      stopTimeoutMs: 6_000,
    });
  };
  const ready = (child: Child): Promise<void> =>
    waitUntil(container.name, child, () => container.ping(port), 180_000);
  return createEngine(context, container.name, port, { launch, ready });
}

function containerName(context: EngineContext, engine: EngineName): string {
  return `pcft-${createHash('sha256').update(context.dataDir).digest('hex').slice(0, 12)}-${engine}`;
}
