const everyMs = 10 * 60_000;

/** Forgets what ended or was tried long ago: sessions, guesses, links. Runs in every process; several do no harm. */
export class SessionPruning {
  readonly #prunes: readonly (() => Promise<unknown>)[];
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #pruning: Promise<unknown> = Promise.resolve();

  constructor(ports: { prunes: readonly (() => Promise<unknown>)[]; onError: (error: unknown) => void }) {
    this.#prunes = ports.prunes;
    this.#onError = ports.onError;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#pruning = Promise.all(this.#prunes.map((prune) => prune().catch(this.#onError)));
    }, everyMs);
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#pruning;
  }
}
