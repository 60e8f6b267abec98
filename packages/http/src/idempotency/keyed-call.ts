import { randomUUID } from 'node:crypto';
import type { TransactionClient } from '@pcft/events';
import { canonicalJson } from './canonical-json.ts';
import { CallKeys, type KeyedBy } from './call-keys.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import { answerLost, judgeRow, keyInUse } from './judge-row.ts';

/** A successful answer as it is kept. */
export interface KeptAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** Headers that the handler added. */
  readonly headers: readonly (readonly [string, string])[];
}

/** How long an answer waits for its being kept; it is given all the same. */
const patienceMs = 400;

/**
 * A call with an Idempotency-Key. Its row says: claimed (committed before the handler runs) → effected (in the
 * transaction of the change itself) → answered. Whatever dies in between, the effect is there at most once, and only
 * the holder of the claim can bring it about.
 */
export class KeyedCall {
  readonly #store: IdempotencyStore;
  readonly #keys: CallKeys;
  readonly #claim = randomUUID();
  readonly #onError: (error: unknown) => void;

  constructor(store: IdempotencyStore, by: KeyedBy, onError: (error: unknown) => void) {
    this.#store = store;
    this.#keys = new CallKeys(by);
    this.#onError = onError;
  }

  /**
   * Claims the key, or finds what became of the call that had it.
   *
   * @param request what is asked; two are the same when their JSON is, whatever the order of members
   * @returns the answer to repeat, or `null`: the key is this call's
   * @throws Fault `idempotency-key-in-use`, `idempotency-answer-lost`, `idempotency-key-reused`
   */
  async begin(request: unknown): Promise<KeptAnswer | null> {
    const asked = {
      scope: this.#keys.scope,
      claim: this.#claim,
      holder: this.#keys.holder(),
      fingerprint: this.#keys.fingerprint(canonicalJson(request)),
    };
    // Twice: the call that had it may fail, and give it back, between the two statements.
    for (let attempt = 0; attempt < 2; attempt++) {
      if (await this.#store.claim(asked)) return null;
      const row = await this.#store.find(asked.scope);
      if (!row) continue;
      const outcome = judgeRow(row, asked);
      if (outcome.kind === 'replay') return this.#open(outcome.answer, row.claim);
      if (await this.#store.takeOver(row.claim, asked)) return null;
    }
    throw keyInUse();
  }

  /**
   * Belongs into the transaction of the effect, once.
   *
   * @throws Fault `idempotency-key-in-use` when the key was lost: the transaction must not be committed
   */
  async effect(transaction: TransactionClient): Promise<void> {
    const held = await this.#store.effect(transaction, this.#reference());
    if (!held) throw keyInUse();
  }

  /** Keeps the answer, sealed. A failure is logged and leaves the row as a cut-off call would: no second effect. */
  async finish(answer: KeptAnswer): Promise<void> {
    const sealed = this.#keys.seal(JSON.stringify(answer), this.#claim);
    await this.#patiently(this.#store.finish(this.#reference(), sealed));
  }

  /** Gives the key back after a failure, unless there was an effect. */
  release(): Promise<void> {
    return this.#patiently(this.#store.release(this.#reference()));
  }

  #reference() {
    return { scope: this.#keys.scope, claim: this.#claim };
  }

  #open(sealed: Buffer, claim: string): KeptAnswer {
    let text: string;
    try {
      text = this.#keys.unseal(sealed, claim);
    } catch (error) {
      this.#onError(error);
      throw answerLost('the answer that was kept cannot be opened');
    }
    return JSON.parse(text) as KeptAnswer;
  }

  async #patiently(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([work.catch(this.#onError), late]);
    clearTimeout(timer);
  }
}
