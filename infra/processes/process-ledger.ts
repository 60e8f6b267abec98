import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess } from './process-identity.ts';

/** Tiers stop in this order: nobody loses what it still needs to drain. */
export const tiers = ['supervisor', 'gateway', 'service', 'engine'] as const;
export type Tier = (typeof tiers)[number];

export interface LedgerEntry {
  name: string;
  tier: Tier;
  pid: number;
  /** See processIdentity: a pid alone may belong to somebody else by now. */
  identity: string;
  stopSignal: NodeJS.Signals;
  /** The supervisor that started it, as `<pid>@<identity>`. */
  run: string;
}

/**
 * The processes one data directory has running, on disk, so that a run that was killed can be cleaned up by the
 * next one. Written synchronously: an entry must be on disk before the process it names does anything.
 */
export class ProcessLedger {
  readonly path: string;
  readonly run: string;

  constructor(dataDir: string, run: string) {
    mkdirSync(dataDir, { recursive: true });
    this.path = join(dataDir, 'processes.json');
    this.run = run;
  }

  /** Entries whose process still lives, of every run unless one is named. */
  alive(run?: string): LedgerEntry[] {
    return this.#read().filter(
      (entry) => (run === undefined || entry.run === run) && isSameProcess(entry.pid, entry.identity),
    );
  }

  add(entry: Omit<LedgerEntry, 'run'>): void {
    this.#write([...this.#read().filter((other) => other.pid !== entry.pid), { ...entry, run: this.run }]);
  }

  remove(pid: number): void {
    const left = this.#read();
    // Where the data folder is gone already, so is what would be taken off the list.
    if (left.some((entry) => entry.pid === pid)) this.#write(left.filter((entry) => entry.pid !== pid));
  }

  #read(): LedgerEntry[] {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as LedgerEntry[];
    } catch {
      return []; // absent, or cut short by a power failure: nothing that could be trusted
    }
  }

  #write(entries: LedgerEntry[]): void {
    const next = `${this.path}.${process.pid}`;
    writeFileSync(next, JSON.stringify(entries, null, 1), { mode: 0o600 });
    renameSync(next, this.path);
  }
}
