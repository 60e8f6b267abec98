import type { HolderRemoval } from '@pcft/auth';
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
  #timer: NodeJS.Timeout | null = null;
  #sweeping: Promise<void> = Promise.resolve();
  #prunedAt = -Infinity;

  constructor(ports: LeaseKeeperPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Waits for the sweep under way. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#sweeping;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#sweeping = this.sweep().catch((error: unknown) => this.#ports.onError(error));
      void this.#sweeping.then(() => {
        if (this.#timer) this.#schedule(sweepMs);
      });
    }, delayMs);
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
