/** Something that forgets what is over. */
export interface Prunable {
  prune(): Promise<unknown>;
}

const everyMs = 10 * 60_000;

/**
 * Keeps small what would grow for ever: guesses, for which anybody can make rows, and what ended long ago. Runs every ten
 * minutes in every process; several do no harm.
 */
export class Pruning {
  readonly #stores: readonly Prunable[];
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(stores: readonly Prunable[], onError: (error: unknown) => void) {
    this.#stores = stores;
    this.#onError = onError;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#underWay = Promise.all(this.#stores.map((store) => store.prune().catch(this.#onError)));
    }, everyMs).unref();
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#underWay;
  }
}
