import { createHmac } from 'node:crypto';

/** How failures slow down those that follow: none for the first ones, then a delay that doubles. */
export interface GuessRule {
  /** Attempts before the first delay. */
  readonly freeAttempts: number;
  readonly firstDelaySeconds: number;
  readonly longestDelaySeconds: number;
  /** Without an attempt for this long, failures are forgotten. Longer than the longest delay. */
  readonly forgetSeconds: number;
}

/** One budget that an attempt draws on. */
export interface GuessLane {
  /** What is guessed, and by whom, unambiguously. Only its HMAC leaves the process. */
  readonly name: readonly string[];
  readonly rule: GuessRule;
  /** `forget`: a success clears the budget; `give-back`: it returns its own attempt and leaves others' failures. */
  readonly onSuccess: 'forget' | 'give-back';
}

/** Where budgets are kept, exact over every process that shares it. */
export interface GuessStore {
  /** Takes one attempt, or says how long to wait. Two at once never get the same one. */
  take(key: Buffer, rule: GuessRule): Promise<{ readonly retryAfterSeconds: number } | null>;
  giveBack(key: Buffer): Promise<void>;
  forget(key: Buffer): Promise<void>;
}

/** An attempt that was let through: it counts as a failure until it is said to have succeeded. */
export type GuessAttempt =
  | { readonly allowed: true; succeeded(): Promise<void> }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Slows down guessing. An attempt is taken before the secret is looked at, so that parallel guesses cannot exceed the
 * budget; a refused one does not learn whether it was right.
 */
export class GuessLimiter {
  readonly #store: GuessStore;
  readonly #secret: Buffer;

  /** @param secret keys the HMAC by which subjects are known to the store */
  constructor(store: GuessStore, secret: Buffer) {
    if (secret.length === 0) throw new TypeError('the secret of the guess limiter is empty');
    this.#store = store;
    this.#secret = secret;
  }

  /** Draws on every lane in turn, the narrowest first: who is stopped by a narrow one costs the wider ones nothing. */
  async attempt(lanes: readonly GuessLane[]): Promise<GuessAttempt> {
    for (const lane of lanes) {
      const refused = await this.#store.take(this.#key(lane.name), lane.rule);
      if (refused) return { allowed: false, retryAfterSeconds: refused.retryAfterSeconds };
    }
    return { allowed: true, succeeded: () => this.succeeded(lanes) };
  }

  /** An attempt on these lanes that was let through, here or in another process, has succeeded. */
  async succeeded(lanes: readonly GuessLane[]): Promise<void> {
    for (const { name, onSuccess } of lanes) {
      const key = this.#key(name);
      await (onSuccess === 'forget' ? this.#store.forget(key) : this.#store.giveBack(key));
    }
  }

  #key(name: readonly string[]): Buffer {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify(['guess', ...name]))
      .digest();
  }
}
