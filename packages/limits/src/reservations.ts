import type { WindowCount } from './memory-window.ts';

interface Reservation {
  /** Calls that are counted in Redis already and have not come yet. */
  left: number;
  /** Of the whole window, when this was reserved. */
  consumed: number;
  resetAtMs: number;
}

/**
 * Takes several points of a window at once, so that most calls of a busy subject need no trip to Redis. A point is
 * counted before it is used, so nothing is ever overshot; what a process has taken and not used is all that a
 * subject can miss. A window that is full stays full until it ends, and is not asked about again.
 */
export class Reservations {
  readonly #held = new Map<string, Reservation>();
  readonly #underWay = new Map<string, Promise<Reservation | undefined>>();
  readonly #maxKeys: number;

  constructor(maxKeys = 20_000) {
    this.#maxKeys = maxKeys;
  }

  /** The count with this call in it, where that is known here; undefined where Redis has to be asked. */
  take(key: string, points: number): WindowCount | undefined {
    const held = this.#held.get(key);
    if (held === undefined || held.resetAtMs <= Date.now()) return undefined;
    if (held.left > 0) {
      held.left -= 1;
      return { consumed: held.consumed - held.left, resetAtMs: held.resetAtMs };
    }
    return held.consumed >= points ? { consumed: points + 1, resetAtMs: held.resetAtMs } : undefined;
  }

  /**
   * The count with this call in it. `reserve` counts that many points in Redis and returns the count, or undefined
   * where Redis is away; then so is this answer.
   */
  async consume(
    key: string,
    points: number,
    size: number,
    reserve: (size: number) => Promise<WindowCount | undefined>,
  ): Promise<WindowCount | undefined> {
    for (;;) {
      const taken = this.take(key, points);
      if (taken !== undefined) return taken;
      // One at a time for each key: a burst must not reserve for each of its calls.
      const reserved = await (this.#underWay.get(key) ?? this.#reserve(key, points, size, reserve));
      if (reserved === undefined) return undefined;
    }
  }

  #reserve(
    key: string,
    points: number,
    size: number,
    reserve: (size: number) => Promise<WindowCount | undefined>,
  ): Promise<Reservation | undefined> {
    const underWay = reserve(size)
      .then((count) => {
        if (count === undefined) return undefined;
        const before = count.consumed - size;
        const consumed = Math.min(count.consumed, points);
        const held = { left: Math.max(0, consumed - before), consumed, resetAtMs: count.resetAtMs };
        if (this.#held.size >= this.#maxKeys) this.#held.clear();
        this.#held.set(key, held);
        return held;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, underWay);
    return underWay;
  }
}
