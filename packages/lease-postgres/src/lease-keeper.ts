import type { HolderRemoval } from '@pcft/auth';
import { Rounds } from '@pcft/background';
import type { LeaseStore } from './postgres-lease-store.ts';

const sweepMs = 1_000;
const pruneMs = 60_000;

export interface LeaseKeeperPorts {
  readonly leases: Pick<LeaseStore, 'closeSilent' | 'deleteClosed' | 'epoch'>;
  readonly removal: HolderRemoval;
  readonly pruneLog: () => Promise<unknown>;
  readonly noticeEpoch: (epoch: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Closes silent holders, removes those that this process has seen closed for W (rule 7), and prunes the log. Runs in
 * every platform process; several do no harm.
 */
export class LeaseKeeper {
  readonly #ports: LeaseKeeperPorts;
  readonly #sweeps: Rounds;
  #prunedAt = -Infinity;

  constructor(ports: LeaseKeeperPorts) {
    this.#ports = ports;
    const { onError } = ports;
    this.#sweeps = new Rounds({ run: () => this.sweep(), everyMs: sweepMs, firstAfterMs: 0, onError });
  }

  start(): void {
    this.#sweeps.start();
  }

  /** Waits for the sweep under way. */
  stop(): Promise<void> {
    return this.#sweeps.stop();
  }

  /** One round; `start` repeats it every second. */
  async sweep(): Promise<void> {
    const { leases, removal } = this.#ports;
    this.#ports.noticeEpoch(await leases.epoch());
    const deletable = removal.deletable(await leases.closeSilent());
    if (deletable.length > 0) await leases.deleteClosed(deletable);
    if (performance.now() - this.#prunedAt < pruneMs) return;
    await this.#ports.pruneLog();
    this.#prunedAt = performance.now();
  }
}
