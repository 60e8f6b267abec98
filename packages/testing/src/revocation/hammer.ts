import type { Target } from './targets.ts';

/** Every call that a hammer sent, by when it was sent and what it was answered. */
export interface Tally {
  calls: number;
  /** Sent before the change had returned, and accepted: the hammer would have seen a violation. */
  acceptedBefore: number;
  sentAfter: number;
  /** 401, 403, 404 */
  refusedAfter: number;
  /** 502, 503, 504 */
  unavailableAfter: number;
  /** Connections that broke. */
  brokenAfter: number;
  /** Sent after the change had returned, and accepted. */
  violations: string[];
  /** Any other answer, which none of this should bring about. */
  unexpected: string[];
}

export const emptyTally = (): Tally => ({
  calls: 0,
  acceptedBefore: 0,
  sentAfter: 0,
  refusedAfter: 0,
  unavailableAfter: 0,
  brokenAfter: 0,
  violations: [],
  unexpected: [],
});

/** When the volleys after a change are sent, in milliseconds: closest where a stale answer is likeliest. */
const volleysMs = [0, 5, 30, 120, 400, 900];

/** After an answer that asks for it. */
const backOffMs = 300;

/**
 * Sends one credential to every target in closed loops, from `start` to `stop`. The program has one thread, so "sent
 * after" is program order: a call counts as sent after the change when it is made after `changeReturned`.
 */
export class Hammer {
  readonly #secret: string;
  readonly #targets: readonly Target[];
  readonly #tally: Tally;
  readonly #pauseMs: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #accepted = new Set<string>();
  readonly #last = new Map<string, number>();
  #returned = false;
  /** Milliseconds since 1970, for a credential that ends by itself. */
  #endsAt = Infinity;
  #running = false;

  constructor(secret: string, targets: readonly Target[], tally: Tally, pauseMs: number) {
    this.#secret = secret;
    this.#targets = targets;
    this.#tally = tally;
    this.#pauseMs = pauseMs;
  }

  start(): void {
    this.#running = true;
    for (const target of this.#targets) this.#track(this.#loop(target));
  }

  /** Until every target has accepted the credential once: before that its refusal would prove nothing. */
  async warm(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#accepted.size < this.#targets.length) {
      if (performance.now() > deadline) {
        const cold = this.#targets.filter(({ name }) => !this.#accepted.has(name));
        const said = cold.map(
          ({ name }) => `${name} (last answer ${String(this.#last.get(name) ?? 'none')})`,
        );
        throw new Error(`not accepted in time: ${said.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /**
   * From here on nothing may be accepted. Volleys go out at once and a few times more, also where a loop waits for an
   * answer or for its next turn.
   */
  changeReturned(): void {
    this.#returned = true;
    for (const delayMs of volleysMs) this.#track(this.#volley(delayMs));
  }

  /** Nothing may be accepted that is sent at this time or later, by the machine's clock. */
  endsAt(time: number): void {
    this.#endsAt = time;
  }

  async stop(): Promise<void> {
    this.#running = false;
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }

  async #loop(target: Target): Promise<void> {
    while (this.#running) {
      const status = await this.#once(target);
      // Who is told to come back later does, or else an overloaded machine would never get out of it.
      const pauseMs = status === 0 || status >= 500 ? backOffMs : this.#pauseMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #volley(delayMs: number): Promise<void> {
    // The first is sent in this very tick.
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await Promise.all(this.#targets.map((target) => this.#once(target)));
  }

  async #once(target: Target): Promise<number> {
    const after = this.#returned || Date.now() >= this.#endsAt;
    const tally = this.#tally;
    tally.calls++;
    if (after) tally.sentAfter++;
    const status = await target.send(this.#secret).catch(() => 0);
    this.#last.set(target.name, status);
    if (target.accepts(status)) {
      this.#accepted.add(target.name);
      if (after) tally.violations.push(`${target.name}: ${String(status)}`);
      else tally.acceptedBefore++;
    } else if ([401, 403, 404].includes(status)) {
      if (after) tally.refusedAfter++;
    } else if (status === 0 || [502, 503, 504].includes(status)) {
      if (after) tally[status === 0 ? 'brokenAfter' : 'unavailableAfter']++;
    } else {
      tally.unexpected.push(`${target.name}: ${String(status)}`);
    }
    return status;
  }

  #track(work: Promise<unknown>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }
}
