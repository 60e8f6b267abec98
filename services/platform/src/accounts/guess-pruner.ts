import type { PostgresGuessStore } from '@pcft/limits';

const everyMs = 10 * 60_000;

/** Keeps the table of guesses small: anybody can make rows in it, for addresses that nobody has. */
export class GuessPruner {
  readonly #store: Pick<PostgresGuessStore, 'prune'>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Pick<PostgresGuessStore, 'prune'>, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#store.prune().catch(this.#onError), everyMs).unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }
}
