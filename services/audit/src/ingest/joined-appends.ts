import type { ChainEntry } from './chain-entry.ts';
import type { ChainedEntry } from './chain-store.ts';
import { type RowValues, rowValues } from './insert-rows.ts';

/** What one caller appends. */
export interface Append {
  readonly entries: readonly ChainEntry[];
  /** Of the entries, in their order: made while others are being appended. */
  readonly rows: RowValues;
}

/** Of each append its new rows; `null` where they cannot be appended together, and nothing was. */
export type AppendTogether = (appends: readonly Append[]) => Promise<ChainedEntry[][] | null>;

interface Waiting extends Append {
  readonly resolve: (chained: ChainedEntry[]) => void;
  readonly reject: (error: unknown) => void;
}

/** While one transaction is at work the next one stores its rows beside it, and all that comes in meanwhile forms the third. */
const lanes = 2;
const mostRows = 2_000;
const mostBytes = 8_000_000;

/**
 * Joins appends that wait into one transaction. A chain grows by one transaction after the other, so what each of them
 * costs beside its rows (the commit, the steps between server and client, counts that many rows share) limits what a log
 * can take. An append that cannot be stored, or whose log is locked, takes no other with it: then each is tried alone.
 */
export class JoinedAppends {
  readonly #together: AppendTogether;
  #queue: Waiting[] = [];
  #busyLanes = 0;

  constructor(together: AppendTogether) {
    this.#together = together;
  }

  append(entries: readonly ChainEntry[]): Promise<ChainedEntry[]> {
    const rows = rowValues(entries);
    return new Promise((resolve, reject) => {
      this.#queue.push({ entries, rows, resolve, reject });
      this.#launch();
    });
  }

  #launch(): void {
    while (this.#busyLanes < lanes && this.#queue.length > 0) {
      const group = this.#takeGroup();
      this.#busyLanes++;
      void this.#run(group).finally(() => {
        this.#busyLanes--;
        this.#launch();
      });
    }
  }

  #takeGroup(): Waiting[] {
    let [count, rows, bytes] = [0, 0, 0];
    for (const each of this.#queue) {
      rows += each.entries.length;
      bytes += each.rows.rows.byteLength;
      if (count > 0 && (rows > mostRows || bytes > mostBytes)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #run(group: readonly Waiting[]): Promise<void> {
    try {
      const chained = await this.#together(group);
      if (chained) return group.forEach(({ resolve }, n) => resolve(chained[n] ?? []));
    } catch (error) {
      const isOfOne = isOfRows(error) || isOfALog(error);
      if (group.length === 1 || !isOfOne) return group.forEach(({ reject }) => reject(error));
      // Side by side: those that are not of the log that is locked need not wait for those that are.
      if (isOfALog(error)) return void (await Promise.all(group.map((one) => this.#run([one]))));
    }
    for (const one of group) await this.#run([one]);
  }
}

/** SQLSTATE of a lock or a statement that had no more time, or of a deadlock: the head of one log may be held, those of others not. */
function isOfALog(error: unknown): boolean {
  return hasState(error, /^(55P03|57014|40P01)$/);
}

/** SQLSTATE of a data exception, an integrity violation, a program limit: a row cannot be stored, others may be. */
function isOfRows(error: unknown): boolean {
  return hasState(error, /^(22|23|54)...$/);
}

function hasState(error: unknown, pattern: RegExp): boolean {
  return error instanceof Error && 'code' in error && pattern.test(String(error.code));
}
