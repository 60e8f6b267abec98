/**
 * Lets calls begin one at a turn of the event loop. Hundreds that arrive at once would otherwise be read, checked and counted
 * in one turn, and whatever came meanwhile would wait for all of them.
 */
export class OneATurn {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Resolves at once for the first of this turn; for those after it in turns of their own, first come first served. */
  begin(): Promise<void> {
    if (this.#taken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    setImmediate(this.#next);
    return Promise.resolve();
  }

  readonly #next = (): void => {
    const begin = this.#waiting.shift();
    this.#taken = begin !== undefined;
    if (!begin) return;
    // Before the next of these, whatever has come over the wire is looked at.
    setImmediate(this.#next);
    begin();
  };
}
