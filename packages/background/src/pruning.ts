import { Rounds } from './rounds.ts';

/** Something that forgets what is over. */
export interface Prunable {
  prune(): Promise<unknown>;
}

const tenMinutesMs = 10 * 60_000;

/**
 * Keeps small what would grow for ever: what ended, expired or was tried long ago. Runs in every process; several do no
 * harm. One store that cannot be pruned does not keep the others from it.
 */
export class Pruning {
  readonly #rounds: Rounds;

  constructor(stores: readonly Prunable[], onError: (error: unknown) => void, everyMs = tenMinutesMs) {
    this.#rounds = new Rounds({
      run: async () => void (await Promise.all(stores.map((store) => store.prune().catch(onError)))),
      everyMs,
      onError,
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }
}
