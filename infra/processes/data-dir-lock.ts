import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess, processIdentity } from './process-identity.ts';

export interface DataDirLock {
  /** Names this run in the process ledger. */
  run: string;
  release(): void;
}

/**
 * Makes this process the only supervisor of a data directory. A lock whose process is gone is taken over; one that
 * is just stopping is waited for.
 *
 * @throws when another supervisor still holds it after `patienceMs`
 */
export async function lockDataDir(
  dataDir: string,
  log: (line: string) => void = () => undefined,
  signal?: AbortSignal,
  patienceMs = 10_000,
): Promise<DataDirLock> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'supervisor.json');
  const mine = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) });
  const end = performance.now() + patienceMs;
  for (let told = false; ;) {
    signal?.throwIfAborted();
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
      return { run: mine, release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder === null || !isSameProcess(holder.pid, holder.identity)) rmSync(path, { force: true });
    else if (performance.now() >= end) {
      throw new Error(`${dataDir} is in use by a running suite (pid ${holder.pid}): stop it or set DATA_DIR`);
    } else {
      if (!told) log(`${dataDir} is in use by pid ${holder.pid}: waiting for it to stop`);
      told = true;
      await delay(200);
    }
  }
}

function readHolder(path: string): { pid: number; identity: string } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; identity: string };
  } catch {
    return null; // released meanwhile, or cut short by a power failure
  }
}
