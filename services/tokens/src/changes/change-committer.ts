import type { RevocationBarrier, Subject } from '@pcft/auth';
import { systemClock } from '@pcft/auth';
import { appendInvalidations } from '@pcft/lease-postgres';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';

export type Transaction = Prisma.TransactionClient;

/** What a transaction has done, as far as the caches of this service's processes are concerned. */
export interface Change<T> {
  readonly result: T;
  /** Whose cached answers are no longer true; none where nothing cached can rest on it. */
  readonly invalidates: readonly Subject[];
  /** It takes something away: the call returns only when no process can act on the old answer any more. */
  readonly narrows: boolean;
}

export interface ChangeCommitterPorts {
  readonly database: PrismaClient;
  readonly barrier: Pick<RevocationBarrier, 'passed'>;
}

/** How long a transaction may wait for a connection, and take; below the time a caller waits for an answer. */
const transactionLimits = { maxWait: 1_300, timeout: 5_000 };

/** The only way to change what this service's processes cache: the directory, sessions and signing keys. */
export class ChangeCommitter {
  readonly #ports: ChangeCommitterPorts;

  constructor(ports: ChangeCommitterPorts) {
    this.#ports = ports;
  }

  /**
   * Runs the work in one READ COMMITTED transaction that ends with its rows in the invalidation log. A narrowing
   * change resolves when the barrier has been passed (docs/revocation.md, rule 6), any other after its commit.
   */
  async commit<T>(work: (transaction: Transaction) => Promise<Change<T>>): Promise<T> {
    const { database, barrier } = this.#ports;
    const { change, appended } = await database.$transaction(async (transaction) => {
      const change = await work(transaction);
      const { invalidates } = change;
      return {
        change,
        appended: invalidates.length > 0 && (await appendInvalidations(transaction, invalidates)),
      };
    }, transactionLimits);
    if (!appended) return change.result;
    const passed = barrier.passed({ ...appended, committedAt: systemClock.now() });
    if (change.narrows) await passed;
    return change.result;
  }
}
