import type { Transaction } from '../database.ts';

/** Does the work inside a transaction that goes on, and takes it back: it takes its time and leaves nothing. */
export async function rehearseWithin(transaction: Transaction, work: () => Promise<unknown>): Promise<void> {
  await transaction.$executeRaw`SAVEPOINT rehearsal`;
  await work();
  await transaction.$executeRaw`ROLLBACK TO SAVEPOINT rehearsal`;
}
