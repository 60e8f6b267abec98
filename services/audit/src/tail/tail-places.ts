import { Fault, unavailable } from '@pcft/errors';

const placesInAll = 1_000;

/** Open streams of this process. What each holds is small, but a connection is a connection. */
export class TailPlaces {
  readonly #perLog: number;
  readonly #taken = new Map<string, number>();
  readonly #open = new Set<() => void>();
  #draining = false;

  constructor(perLog: number) {
    this.#perLog = perLog;
  }

  get open(): number {
    return this.#open.size;
  }

  /**
   * @param onDrain asked to end the stream
   * @returns gives the place back
   * @throws Fault `too-many-streams`; `unavailable` where this process ends, or has none left
   */
  take(log: string, onDrain: () => void): () => void {
    if (this.#draining || this.#open.size >= placesInAll)
      throw unavailable(new Error('no place for a stream'));
    const taken = this.#taken.get(log) ?? 0;
    if (taken >= this.#perLog) throw new Fault('too-many-streams', { headers: { 'Retry-After': '5' } });
    this.#taken.set(log, taken + 1);
    this.#open.add(onDrain);
    return () => {
      if (!this.#open.delete(onDrain)) return;
      const left = (this.#taken.get(log) ?? 1) - 1;
      if (left === 0) this.#taken.delete(log);
      else this.#taken.set(log, left);
    };
  }

  /** Ends them all; from now on there are no places. */
  drain(): void {
    this.#draining = true;
    for (const end of this.#open) end();
  }
}
