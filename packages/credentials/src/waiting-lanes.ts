/**
 * Who waits, in lanes that are served by turns: one key, one lane. However many wait in one, whoever is first in another
 * is served within a round.
 */
export class WaitingLanes<T> {
  /** In the order of their turns; none is empty. */
  readonly #lanes = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string, item: T): void {
    const lane = this.#lanes.get(key);
    if (lane) lane.push(item);
    else this.#lanes.set(key, [item]);
    this.#size++;
  }

  /** Takes who is first in the lane whose turn it is. */
  next(): T | undefined {
    const [first] = this.#lanes;
    if (!first) return undefined;
    const [key, lane] = first;
    const item = lane.shift();
    this.#size--;
    this.#lanes.delete(key);
    if (lane.length > 0) this.#lanes.set(key, lane);
    return item;
  }

  remove(key: string, item: T): void {
    const lane = this.#lanes.get(key);
    const at = lane?.indexOf(item) ?? -1;
    if (!lane || at < 0) return;
    lane.splice(at, 1);
    this.#size--;
    if (lane.length === 0) this.#lanes.delete(key);
  }

  /**
   * Takes whoever has to give way to one more of `key`: the newest of the longest lane. `undefined` where that one more
   * would itself be the newest of a longest lane.
   */
  giveWayTo(key: string): T | undefined {
    let longest: readonly [string, T[]] | undefined;
    for (const entry of this.#lanes) if (!longest || entry[1].length > longest[1].length) longest = entry;
    const own = (this.#lanes.get(key)?.length ?? 0) + 1;
    if (!longest || longest[1].length <= own) return undefined;
    const newest = longest[1].at(-1) as T;
    this.remove(longest[0], newest);
    return newest;
  }

  /** Takes all of them. */
  drain(): T[] {
    const all = [...this.#lanes.values()].flat();
    this.#lanes.clear();
    this.#size = 0;
    return all;
  }
}
