import { applyRetention, type Retired, type RetentionRules } from './retention.ts';
import type { SegmentStore } from './segment-store.ts';

export interface SegmentKeeperOptions {
  readonly store: SegmentStore;
  /** `null`: everything is kept. */
  readonly rules: RetentionRules | null;
  readonly onRetired: (retired: Retired) => void;
  readonly onError: (error: unknown) => void;
  /** Default one hour. */
  readonly everyMs?: number;
}

const retryMs = 1_000;

/**
 * Sees to it that the months to come have their partitions, from before the first event is taken, and that months that are
 * past their days go. Any number of processes may run it: every step is done once, whoever does it.
 */
export class SegmentKeeper {
  readonly #options: SegmentKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SegmentKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #next(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run().then((afterwards) => this.#next(afterwards));
    }, afterMs).unref();
  }

  /** @returns when to run again */
  async #run(): Promise<number> {
    const { store, rules, onRetired, onError, everyMs = 3_600_000 } = this.#options;
    try {
      await store.ensure();
    } catch (error) {
      // Without its partition nothing can be chained: the relays keep it, and nothing is more urgent.
      onError(error);
      return retryMs;
    }
    if (!rules) return everyMs;
    await applyRetention(store, rules, { now: new Date(), isStopped: () => this.#stopped, onError }).then(
      onRetired,
      onError,
    );
    return everyMs;
  }
}
