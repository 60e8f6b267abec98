import type { PasswordHasher } from '@pcft/credentials';
import type { GuessLimiter, Limiter } from '@pcft/limits';
import type { MailQueue } from '@pcft/mail';
import type { PrismaAccountStore } from '../accounts/prisma-account-store.ts';
import type { Database } from '../database.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { AccountMails } from './account-mails.ts';
import type { OneTimeTokenStore } from './one-time-token-store.ts';

/** What everything that goes by mail needs. */
export interface AccountMailPorts {
  readonly database: Database;
  readonly accounts: PrismaAccountStore;
  readonly changes: ChangeCommitter;
  readonly passwords: PasswordHasher;
  readonly guesses: GuessLimiter;
  readonly freeGuesses: number;
  readonly tokenPepper: Buffer;
  readonly oneTimeTokens: OneTimeTokenStore;
  readonly mail: MailQueue;
  readonly mails: AccountMails;
  readonly limiter: Pick<Limiter, 'consume'>;
  /** Whether an account signs in only once its address is verified. */
  readonly requireVerifiedEmail: boolean;
}
