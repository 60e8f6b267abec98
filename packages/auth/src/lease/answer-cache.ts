import type { Answer, InvalidationRow, Subject } from './ports.ts';
import { LEASE_MS, MAX_ANSWER_AGE_MS, WAIT_MS } from './protocol.ts';

interface Entry<Value> {
  answer: Answer<Value>;
  /** Own monotonic time before the question was sent: nothing the answer says is older. */
  sentAt: number;
}

/**
 * Positive answers, each dropped by the log rows that concern it. The cache does not know whether it may be used: that
 * is the lease's word. Bounded; the least recently used answer goes first.
 */
export class AnswerCache<Value> {
  readonly #maxEntries: number;
  /** In order of use, oldest first. */
  readonly #entries = new Map<string, Entry<Value>>();
  /** Which entries rest on a subject. */
  readonly #bySubject = new Map<string, Set<string>>();
  #epoch: string | null = null;
  #heard = 0;

  constructor(maxEntries = 100_000) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The highest log position that any row or renewal brought. */
  get heard(): number {
    return this.#heard;
  }

  /** Empties the cache for a new holder. Positions of another epoch are not comparable with the old ones. */
  restart(epoch: string, n: number): void {
    this.dropAll();
    this.setHeard(epoch === this.#epoch ? Math.max(this.#heard, n) : n);
    this.#epoch = epoch;
  }

  /** Notes a position: from now on, answers read before it may miss a change and are not kept. */
  hear(n: number): void {
    this.setHeard(Math.max(this.#heard, n));
  }

  /** Applies a row: notes its position and drops the answers that rest on its subject. */
  apply(row: InvalidationRow): void {
    this.hear(row.n);
    for (const key of this.#bySubject.get(subjectKey(row)) ?? []) this.#drop(key);
  }

  dropAll(): void {
    this.#entries.clear();
    this.#bySubject.clear();
  }

  /** Keeps a positive answer unless a row that it may have missed has been applied already. */
  put(key: string, answer: Answer<Value>, sentAt: number): void {
    this.#drop(key);
    if (!answer.positive || !this.isCurrent(answer)) return;
    this.#entries.set(key, { answer, sentAt });
    for (const subject of answer.subjects) this.#index(subjectKey(subject), key);
    if (this.#entries.size > this.#maxEntries) this.#drop(this.#entries.keys().next().value as string);
  }

  /** The answer, if it is there and young enough at `now`. */
  get(key: string, now: number): Answer<Value> | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (now - entry.sentAt >= maxAgeMs(entry.answer)) {
      this.#drop(key);
      return null;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** An answer of this epoch that was read at or after the highest position heard. */
  protected isCurrent(answer: Answer<Value>): boolean {
    return answer.epoch === this.#epoch && answer.pos >= this.#heard;
  }

  protected setHeard(n: number): void {
    this.#heard = n;
  }

  #index(subject: string, key: string): void {
    const keys = this.#bySubject.get(subject);
    if (keys) keys.add(key);
    else this.#bySubject.set(subject, new Set([key]));
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const subject of entry.answer.subjects) {
      const keys = this.#bySubject.get(subjectKey(subject));
      keys?.delete(key);
      if (keys?.size === 0) this.#bySubject.delete(subjectKey(subject));
    }
  }
}

function subjectKey({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

// The time to expiry was measured on the database's clock and is counted down on ours, so it keeps the margin for
// clocks that run apart which L keeps towards W.
function maxAgeMs({ ttlMs }: Answer<unknown>): number {
  return ttlMs === null ? MAX_ANSWER_AGE_MS : Math.min(ttlMs * (LEASE_MS / WAIT_MS), MAX_ANSWER_AGE_MS);
}
