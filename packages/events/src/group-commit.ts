import { setTimeout as sleep } from 'node:timers/promises';
import { OutboxUnavailable } from './outbox-unavailable.ts';

/** A serialized event. */
export interface OutboxRow {
  readonly id: string;
  readonly body: string;
  /** Whether it is inserted; one that is not takes its place and time all the same. */
  readonly isKept: boolean;
}

/**
 * What a failed insert says:
 * - `row`: one of the rows cannot be stored, the others may be fine;
 * - `never`: no repetition helps (the table is missing, permission is denied);
 * - `again`: the outcome is unknown, or the database is passing through trouble.
 */
export type InsertFault = 'row' | 'never' | 'again';

export interface GroupCommitOptions {
  /** Inserts and commits all rows or none, skipping ids that are there already. */
  readonly insert: (rows: readonly OutboxRow[]) => Promise<void>;
  readonly faultOf: (error: unknown) => InsertFault;
  readonly clock: () => number;
  readonly groupDelayMs: number;
  readonly timeoutMs: number;
  readonly onRetry: (mode: 'group' | 'rows', error: unknown) => void;
}

interface Waiting extends OutboxRow {
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const maxGroupRows = 500;
const maxGroupCharacters = 1_000_000;
/** Inserts under way at once: while one waits for the disk, the next group forms and follows. */
const lanes = 2;
/** Beyond this the database is hopelessly behind; refusing at once keeps memory flat. */
const maxWaiting = 20_000;
const sweepMs = 50;
const retryDelayMs = { first: 10, last: 200 };

/** Turns many small appends into few commits. Each append is committed or refused within its time. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  /** In order of arrival, hence of deadline. An append leaves when it is settled, never earlier. */
  readonly #waiting = new Set<Waiting>();
  #queue: Waiting[] = [];
  #busyLanes = 0;
  #gathering = false;
  #sweeper: NodeJS.Timeout | null = null;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves once the row is committed; throws `OutboxUnavailable`. */
  append(row: OutboxRow): Promise<void> {
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new OutboxUnavailable('overload'));
    return new Promise((resolve, reject) => {
      const deadline = this.#options.clock() + this.#options.timeoutMs;
      const entry: Waiting = { ...row, deadline, resolve, reject };
      this.#waiting.add(entry);
      this.#queue.push(entry);
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
      this.#gather();
    });
  }

  /** Resolves when nothing waits any more: at the latest when the last deadline has passed. */
  async settled(): Promise<void> {
    if (this.#waiting.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #gather(): void {
    if (this.#gathering || this.#busyLanes >= lanes) return;
    this.#gathering = true;
    const launch = (): void => {
      this.#gathering = false;
      this.#launch();
    };
    // A caller who is alone does not wait for others: the rows of this turn are a group. While it is committed the next
    // one gathers.
    if (this.#busyLanes === 0) setImmediate(launch);
    else setTimeout(launch, this.#options.groupDelayMs);
  }

  #launch(): void {
    while (this.#busyLanes < lanes) {
      const group = this.#takeGroup();
      if (group.length === 0) return;
      this.#busyLanes++;
      void this.#commit(group).finally(() => {
        this.#busyLanes--;
        this.#launch();
      });
    }
  }

  #takeGroup(): Waiting[] {
    let characters = 0;
    let count = 0;
    while (count < this.#queue.length && count < maxGroupRows) {
      characters += this.#queue[count]?.body.length ?? 0;
      if (count > 0 && characters > maxGroupCharacters) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    let delayMs = retryDelayMs.first;
    for (;;) {
      const rows = group.filter((entry) => this.#waiting.has(entry));
      if (rows.length === 0) return;
      try {
        await this.#options.insert(rows);
        for (const entry of rows) this.#settle(entry, null);
        return;
      } catch (error) {
        const fault = this.#options.faultOf(error);
        if (fault === 'row' && rows.length > 1) {
          this.#options.onRetry('rows', error);
          for (const entry of rows) await this.#commit([entry]);
          return;
        }
        if (fault !== 'again') {
          for (const entry of rows) this.#settle(entry, new OutboxUnavailable('error', error));
          return;
        }
        this.#options.onRetry('group', error);
        await sleep(delayMs);
        delayMs = Math.min(delayMs * 2, retryDelayMs.last);
      }
    }
  }

  #sweep(): void {
    const now = this.#options.clock();
    const late: Waiting[] = [];
    for (const entry of this.#waiting) {
      if (entry.deadline > now) break;
      late.push(entry);
    }
    for (const entry of late) this.#settle(entry, new OutboxUnavailable('timeout'));
    if (late.length > 0) this.#queue = this.#queue.filter((entry) => this.#waiting.has(entry));
  }

  #settle(entry: Waiting, error: OutboxUnavailable | null): void {
    if (!this.#waiting.delete(entry)) return;
    if (error) entry.reject(error);
    else entry.resolve();
    if (this.#waiting.size > 0) return;
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#sweeper = null;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
