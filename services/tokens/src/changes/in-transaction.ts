import type { TransactionClient } from '@pcft/events';
import type { MailTransaction } from '@pcft/mail';

/** Runs work in a transaction of the service's own database. */
export type InTransaction = (
  work: (transaction: TransactionClient & MailTransaction) => Promise<void>,
) => Promise<void>;
