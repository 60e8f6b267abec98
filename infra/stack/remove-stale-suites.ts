import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgresFolder } from '../engines/postgres-folder.ts';
import { lockDataDir } from '../processes/data-dir-lock.ts';
import { ProcessLedger } from '../processes/process-ledger.ts';
import { stopLeftovers } from '../processes/stop-leftovers.ts';

/** Younger ones may belong to a run that is just starting. */
const youngMs = 60_000;

/** Removes the data directories of test suites whose run was killed, with whatever still runs from them. */
export async function removeStaleSuites(parent: string, prefix: string): Promise<void> {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const dataDir = join(parent, name);
    if (Date.now() - statSync(dataDir).mtimeMs < youngMs) continue;
    try {
      const lock = await lockDataDir(dataDir, undefined, undefined, 0);
      await stopLeftovers(new ProcessLedger(dataDir, lock.run), 1_000);
      removePostgresFolder(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    } catch {
      continue; // in use, or not ours to remove
    }
  }
}
