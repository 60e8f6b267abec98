/** A loop's alarm clock: waits for a time, or until somebody calls. A call that came too early is not forgotten. */
export class WakeUp {
  #called = false;
  #resume: (() => void) | null = null;

  wake(): void {
    this.#called = true;
    this.#resume?.();
  }

  /** Returns at the next call, at once if there was one since the last wait, at the latest after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.#called) await this.#pause(ms);
    this.#called = false;
  }

  /** Sleeps the whole time whoever calls, unless `cut` says that the reason for sleeping is gone. */
  async sleep(ms: number, cut: () => boolean): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && !cut(); left = end - performance.now()) await this.#pause(left);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#resume = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
