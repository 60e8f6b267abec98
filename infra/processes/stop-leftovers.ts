import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess } from './process-identity.ts';
import { signalTree } from './signal-tree.ts';
import { tiers, type LedgerEntry, type ProcessLedger } from './process-ledger.ts';

/**
 * Stops every recorded process that still lives, tier by tier: asks, waits `graceMs`, then kills.
 * Only processes whose start time matches the record are touched.
 *
 * @param only leave out to stop those of every run but this one
 * @returns the names of what was stopped
 */
export async function stopLeftovers(
  ledger: ProcessLedger,
  graceMs = 3_000,
  only?: string,
): Promise<string[]> {
  const leftovers = ledger
    .alive(only)
    .filter((entry) => entry.pid !== process.pid && (only !== undefined || entry.run !== ledger.run));
  for (const tier of tiers) {
    await Promise.all(
      leftovers.filter((entry) => entry.tier === tier).map((entry) => stopEntry(entry, graceMs)),
    );
  }
  for (const entry of leftovers) ledger.remove(entry.pid);
  return leftovers.map((entry) => entry.name);
}

async function stopEntry(entry: LedgerEntry, graceMs: number): Promise<void> {
  if (!isSameProcess(entry.pid, entry.identity)) return;
  signalTree(entry.pid, 'SIGCONT'); // what a fault test froze could not stop
  signal(entry, entry.stopSignal);
  if (await gone(entry, graceMs)) return;
  signal(entry, 'SIGKILL');
  if (!(await gone(entry, 2_000))) throw new Error(`${entry.name} (pid ${entry.pid}) does not go away`);
}

function signal(entry: LedgerEntry, name: NodeJS.Signals): void {
  if (!isSameProcess(entry.pid, entry.identity)) return;
  try {
    process.kill(entry.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(entry: LedgerEntry, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (isSameProcess(entry.pid, entry.identity)) {
    if (performance.now() >= end) return false;
    await delay(25);
  }
  return true;
}
