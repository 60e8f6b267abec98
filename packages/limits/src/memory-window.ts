/** A count of one window. */
export interface WindowCount {
  consumed: number;
  /** Wall clock, milliseconds since the epoch. */
  resetAtMs: number;
}

/**
 * Fixed windows of one process, used while Redis is away. Written here because the library's memory limiter
 * has neither a bound nor a way to continue Redis' count: it holds a timer per key, and starts from zero.
 *
 * Memory is bounded: past `maxKeys` live windows, newcomers are counted together in a few overflow windows, so
 * a flood of addresses can neither fill the heap nor push a counted caller out of its window.
 */
export class MemoryWindow {
  readonly #windows = new Map<string, WindowCount>();
  readonly #maxKeys: number;
  readonly #overflowKeys: number;
  #sweepAllowedAtMs = 0;

  constructor(maxKeys = 20_000) {
    this.#maxKeys = maxKeys;
    this.#overflowKeys = Math.max(1, Math.floor(maxKeys / 20));
  }

  get size(): number {
    return this.#windows.size;
  }

  /** Counts one call and returns the window it fell into. */
  consume(key: string, windowMs: number, nowMs = Date.now()): WindowCount {
    const place = this.#placeFor(key, nowMs);
    const open = this.#windows.get(place);
    if (open !== undefined && open.resetAtMs > nowMs) {
      open.consumed += 1;
      return open;
    }
    const fresh = { consumed: 1, resetAtMs: nowMs + windowMs };
    this.#windows.set(place, fresh);
    return fresh;
  }

  /** Remembers what Redis counted, so that losing Redis does not give every caller a new window. */
  remember(key: string, count: WindowCount, nowMs = Date.now()): void {
    const place = this.#placeFor(key, nowMs);
    if (place === key) this.#windows.set(key, count);
  }

  #placeFor(key: string, nowMs: number): string {
    if (this.#windows.has(key) || this.#windows.size < this.#maxKeys) return key;
    this.#sweep(nowMs);
    if (this.#windows.size < this.#maxKeys) return key;
    return `overflow:${hashOf(key) % this.#overflowKeys}`;
  }

  /** Once a second at most: a full map of live windows must not cost a walk per call. */
  #sweep(nowMs: number): void {
    if (nowMs < this.#sweepAllowedAtMs) return;
    this.#sweepAllowedAtMs = nowMs + 1000;
    for (const [key, window] of this.#windows) if (window.resetAtMs <= nowMs) this.#windows.delete(key);
  }
}

/** FNV-1a; the keys are digests already, so any spread will do. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
