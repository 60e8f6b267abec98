export interface RoundsOptions {
  /** One round. Answers in how many milliseconds the next one is due where that is not `everyMs`. */
  readonly run: () => Promise<number | void>;
  /** From the end of a round to the beginning of the next. */
  readonly everyMs: number;
  /** Before the first round. Default `everyMs`. */
  readonly firstAfterMs?: number;
  /** Told what a round threw; the next round comes all the same. */
  readonly onError: (error: unknown) => void;
}

/**
 * Work that a process does again and again, one round at a time: the wait begins when a round has ended, so that a slow
 * database is not asked twice. Keeps no process alive.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #started = false;
  #stopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** For a long round: whether it should come to its end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Once, whoever calls it how often. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#next(this.#options.firstAfterMs ?? this.#options.everyMs);
  }

  /** No further round begins; resolves when the one under way has ended. For good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #next(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run().then((dueMs) => this.#next(dueMs));
    }, afterMs).unref();
  }

  async #run(): Promise<number> {
    const { run, everyMs, onError } = this.#options;
    try {
      return (await run()) ?? everyMs;
    } catch (error) {
      onError(error);
      return everyMs;
    }
  }
}
