import type { Database, Transaction } from '../database.ts';

class Rehearsed extends Error {}

/** Does the work and rolls it back: it takes its time and leaves nothing. */
export async function rehearse(
  database: Database,
  work: (transaction: Transaction) => Promise<unknown>,
): Promise<void> {
  try {
    await database.$transaction(async (transaction) => {
      await work(transaction);
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
}

/** The same inside a transaction that goes on. */
export async function rehearseWithin(transaction: Transaction, work: () => Promise<unknown>): Promise<void> {
  await transaction.$executeRaw`SAVEPOINT rehearsal`;
  await work();
  await transaction.$executeRaw`ROLLBACK TO SAVEPOINT rehearsal`;
}
