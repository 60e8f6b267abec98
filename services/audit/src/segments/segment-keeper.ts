import { Rounds } from '@pcft/background';
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
  readonly #rounds: Rounds;

  constructor(options: SegmentKeeperOptions) {
    this.#options = options;
    const { everyMs = 3_600_000, onError } = options;
    this.#rounds = new Rounds({ run: () => this.#run(), everyMs, firstAfterMs: 0, onError });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #run(): Promise<number | void> {
    const { store, rules, onRetired, onError } = this.#options;
    try {
      await store.ensure();
    } catch (error) {
      // Without its partition nothing can be chained: the relays keep it, and nothing is more urgent.
      onError(error);
      return retryMs;
    }
    if (!rules) return;
    const isStopped = () => this.#rounds.stopped;
    onRetired(await applyRetention(store, rules, { now: new Date(), isStopped, onError }));
  }
}
