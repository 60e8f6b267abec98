import type { Clock } from '../src/lease/index.ts';

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now = 1000;
  readonly #timers = new Map<() => void, number>();

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, run: () => void): () => void {
    const fire = () => run();
    this.#timers.set(fire, this.#now + delayMs);
    return () => this.#timers.delete(fire);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Goes on, firing timers at their time; every promise continuation between two of them runs. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    await settled();
    for (;;) {
      const [next] = [...this.#timers].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
      if (next === undefined) break;
      const [fire, at] = next;
      this.#timers.delete(fire);
      this.#now = Math.max(this.#now, at);
      fire();
      await settled();
    }
    this.#now = end;
  }
}

/** Resolves when every promise continuation that can run has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
