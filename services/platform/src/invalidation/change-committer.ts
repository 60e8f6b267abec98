import type { Clock, RevocationBarrier, Subject } from '@pcft/auth';
import type { Database, Transaction } from '../database.ts';
import { appendInvalidations } from '@pcft/lease-postgres';

/** What a transaction has done, as far as other processes' knowledge is concerned. */
export interface Change<T> {
  readonly result: T;
  /** Whose introspections are no longer true; at least one. */
  readonly invalidates: readonly Subject[];
  /** It takes something away: the call returns only when no service can act on the old answer any more. */
  readonly narrows: boolean;
}

export interface ChangeCommitterPorts {
  readonly database: Database;
  readonly barrier: Pick<RevocationBarrier, 'passed'>;
  readonly clock: Clock;
}

/** How long a transaction may wait for a connection, and take; below the time a caller waits for an answer. */
const transactionLimits = { maxWait: 1_500, timeout: 5_000 };

/** The only way to change accounts, sessions, workspaces, members or access tokens. */
export class ChangeCommitter {
  readonly #ports: ChangeCommitterPorts;

  constructor(ports: ChangeCommitterPorts) {
    this.#ports = ports;
  }

  /**
   * Runs the work in one READ COMMITTED transaction that ends with its rows in the invalidation log. What the work
   * throws rolls everything back. A narrowing change resolves when the barrier has been passed (rule 6), any other
   * after its commit: its rows are published, and who misses them hears of them with the next renewal.
   */
  async commit<T>(work: (transaction: Transaction) => Promise<Change<T>>): Promise<T> {
    const { database, barrier, clock } = this.#ports;
    const { change, appended } = await database.$transaction(async (transaction) => {
      const change = await work(transaction);
      return { change, appended: await appendInvalidations(transaction, change.invalidates) };
    }, transactionLimits);
    const passed = barrier.passed({ ...appended, committedAt: clock.now() });
    if (change.narrows) await passed;
    return change.result;
  }
}
