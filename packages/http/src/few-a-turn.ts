/** So many share what the calls of one turn save together (ADR 0038), and take a millisecond or two. */
const few = 4;

/**
 * Lets calls begin a few at a turn of the event loop. Hundreds that arrive at once would otherwise be read, checked and
 * counted in one turn, and whatever came meanwhile would wait for all of them.
 */
export class FewATurn {
  readonly #waiting: (() => void)[] = [];
  /** Of this turn. */
  #begun = 0;

  /** Resolves at once for the first of a turn; for others in a later one, first come first served. */
  begin(): Promise<void> {
    if (this.#begun === few) return new Promise((resolve) => this.#waiting.push(resolve));
    if (this.#begun++ === 0) setImmediate(this.#next);
    return Promise.resolve();
  }

  readonly #next = (): void => {
    const begins = this.#waiting.splice(0, few);
    this.#begun = begins.length;
    if (this.#begun === 0) return;
    // Before the next of these, whatever has come over the wire is looked at.
    setImmediate(this.#next);
    for (const begin of begins) begin();
  };
}
