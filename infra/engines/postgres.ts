import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { Child } from '../processes/child.ts';
import { processIdentity } from '../processes/process-identity.ts';
import { createEngine, type Engine, type EngineContext } from './engine.ts';
import { freePort } from './free-port.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { makePostgresFolder, type PostgresFolder } from './postgres-folder.ts';
import { waitUntil } from '../processes/wait-until.ts';

const run = promisify(execFile);

/** What every acknowledged commit rests on; the rest is small and quiet. */
const settings = {
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  password_encryption: 'scram-sha-256',
  max_connections: '200',
  shared_buffers: `${sharedMegabytes()}MB`,
  // Between checkpoints each page is written whole only once: four times the default, so a busy log has few of them.
  max_wal_size: '4GB',
  jit: 'off', // short statements only; compiling them costs more than it gives
  log_min_error_statement: 'panic', // a failing statement may hold a secret
};

/**
 * A sixteenth of the memory this process may use, between PostgreSQL's own default and 2 GB: the newest pages of every
 * index of a large log stay in it, and the rest of the machine is left to the system's cache and the services.
 */
function sharedMegabytes(): number {
  const allowed = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.min(2_048, Math.max(128, Math.floor(allowed / 16 / 1_048_576)));
}

/** A commit is in the hands of the operating system, which outlives a killed server, but not a machine that loses power. */
const throwawaySettings = { ...settings, fsync: 'off', full_page_writes: 'off' };

/** The settings as arguments of `postgres`. */
export function postgresFlags(listenAddresses: string, throwaway = false): string[] {
  const chosen = throwaway ? throwawaySettings : settings;
  return Object.entries({ listen_addresses: listenAddresses, ...chosen }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}

/** PostgreSQL on a free loopback port, scram passwords only. Makes the cluster when the folder is empty. */
export async function createPostgres(
  context: EngineContext,
  binaries: PostgresBinaries,
  folder: PostgresFolder,
  superuserPassword: string,
): Promise<Engine> {
  const port = await freePort();
  if (folder.major === null) await initialise(binaries, folder, superuserPassword);
  const launch = async (): Promise<Child> => {
    await clearLock(folder.path);
    return Child.start({
      name: 'postgres',
      tier: 'engine',
      command: binaries.postgres,
      args: [...['-D', folder.path, '-p', String(port)], ...postgresFlags('127.0.0.1', context.throwaway)],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      cwd: folder.path,
      logFile: join(context.dataDir, 'logs', 'postgres.log'),
      ledger: context.ledger,
      stopSignal: 'SIGINT', // "fast": ends sessions, writes a checkpoint
      stopTimeoutMs: 4_500,
      ...(folder.user ?? {}),
    });
  };
  return createEngine(context, 'postgres', port, {
    launch,
    ready: (child) => waitUntil('PostgreSQL', child, () => pingPostgres(port, superuserPassword), 60_000),
  });
}

async function initialise(
  binaries: PostgresBinaries,
  folder: PostgresFolder,
  password: string,
): Promise<void> {
  // Beside its place and then renamed: initdb writes PG_VERSION early, so a half-made cluster would pass for a whole one.
  const fresh = { ...folder, path: `${folder.path}.new` };
  rmSync(fresh.path, { recursive: true, force: true });
  makePostgresFolder(fresh);
  const passwordFolder = join(tmpdir(), `pcft-${randomBytes(8).toString('hex')}`);
  mkdirSync(passwordFolder, { mode: 0o700 });
  const passwordFile = join(passwordFolder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (folder.user !== null) {
    for (const path of [passwordFolder, passwordFile]) chownSync(path, folder.user.uid, folder.user.gid);
  }
  // PostgreSQL's own C.UTF-8 does not change with the machine's libc, so indexes survive a move.
  const locale =
    binaries.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C'];
  try {
    await run(
      binaries.initdb,
      [
        '-D',
        fresh.path,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        `--pwfile=${passwordFile}`,
        ...locale,
      ],
      { cwd: fresh.path, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...(folder.user ?? {}) },
    );
    renameSync(fresh.path, folder.path);
  } catch (error) {
    rmSync(fresh.path, { recursive: true, force: true });
    throw new Error(`PostgreSQL's initdb failed: ${(error as { stderr?: string }).stderr ?? String(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(passwordFolder, { recursive: true, force: true });
  }
}

/**
 * A killed server leaves postmaster.pid. PostgreSQL discards it when no process has that pid, but refuses to start
 * when another one got it meanwhile, and when its own orphan still runs: stop the one, forget the other.
 */
async function clearLock(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  const pid = Number.parseInt(readText(lock), 10);
  if (!Number.isInteger(pid)) return;
  const identity = processIdentity(pid);
  if (identity !== null && isServerOf(pid, folder)) {
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGCONT');
    for (let waitedMs = 0; waitedMs < 5_000 && processIdentity(pid) === identity; waitedMs += 50)
      await delay(50);
    if (processIdentity(pid) === identity) process.kill(pid, 'SIGKILL');
    await delay(200);
  }
  rmSync(lock, { force: true });
}

function isServerOf(pid: number, folder: string): boolean {
  return readText(`/proc/${pid}/cmdline`).split('\0').includes(folder);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @throws unless the superuser gets an answer */
export async function pingPostgres(port: number, password: string): Promise<void> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined); // the calls below throw the same
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined); // it may never have been open
  }
}
