import type { Clock } from './ports.ts';
import { WAIT_MS } from './protocol.ts';

/**
 * The second step of removing a holder (rule 7). A row marked closed gets no renewals, but the last one before may have
 * granted a lease; so an instance deletes a row only when it has itself seen it closed for W. One per platform process.
 */
export class HolderRemoval {
  readonly #clock: Clock;
  readonly #waitMs: number;
  #closedSince = new Map<string, number>();

  constructor(clock: Clock, waitMs: number = WAIT_MS) {
    this.#clock = clock;
    this.#waitMs = waitMs;
  }

  /** Takes the ids of all rows now closed, after the reply; returns those to delete (`… AND closed`). */
  deletable(closedIds: readonly string[]): string[] {
    const now = this.#clock.now();
    // Rebuilt each time: what is no longer listed has been deleted and need not be remembered.
    this.#closedSince = new Map(closedIds.map((id) => [id, this.#closedSince.get(id) ?? now]));
    return closedIds.filter((id) => now - (this.#closedSince.get(id) as number) >= this.#waitMs);
  }
}
