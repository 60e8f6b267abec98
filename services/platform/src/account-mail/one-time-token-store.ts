import { createId } from '@pcft/credentials';
import type { Database, Transaction } from '../database.ts';

export type Purpose = 'verify-email' | 'reset-password' | 'change-email';

/** How long a token of a mail can be used. A new password opens everything, so its token has least time. */
export const ttlSeconds: Readonly<Record<Purpose, number>> = {
  'verify-email': 24 * 60 * 60,
  'reset-password': 60 * 60,
  'change-email': 2 * 60 * 60,
};

export interface OneTimeTokenDraft {
  readonly accountId: string;
  readonly purpose: Purpose;
  readonly digest: Buffer<ArrayBuffer>;
  /** Where it is sent to. */
  readonly email: string;
}

export interface OneTimeToken {
  readonly id: string;
  readonly accountId: string;
  readonly purpose: Purpose;
  readonly email: string;
  readonly expiresAt: Date;
}

/** Tokens that are sent by mail and used once. */
export class OneTimeTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Replaces the one before of this purpose, used or not. Nothing is written for an account that does not exist. */
  async issue(
    transaction: Transaction,
    { accountId, purpose, digest, email }: OneTimeTokenDraft,
  ): Promise<void> {
    await transaction.$executeRaw`
      INSERT INTO one_time_token (id, account_id, purpose, digest, email, expires_at)
      SELECT ${createId('ver_')}, account.id, ${purpose}, ${digest}, ${email},
             now() + ${ttlSeconds[purpose]}::int * interval '1 second'
      FROM account WHERE account.id = ${accountId} AND closed_at IS NULL
      ON CONFLICT (account_id, purpose) DO UPDATE
      SET id = excluded.id, digest = excluded.digest, email = excluded.email, created_at = now(),
          expires_at = excluded.expires_at, consumed_at = NULL`;
  }

  /** One that can still be used; it is not used by this. */
  async find(digest: Buffer<ArrayBuffer>, purposes: readonly Purpose[]): Promise<OneTimeToken | null> {
    const [row] = await this.#database.$queryRaw<OneTimeToken[]>`
      SELECT id, account_id AS "accountId", purpose, email, expires_at AS "expiresAt" FROM one_time_token
      WHERE digest = ${digest} AND purpose = ANY (${[...purposes]}::text[])
        AND consumed_at IS NULL AND expires_at > now()`;
    return row ?? null;
  }

  /** Uses it up. However many try at once, one of them gets it: the others wait for its row and find it used. */
  async consume(
    transaction: Transaction,
    digest: Buffer<ArrayBuffer>,
    purposes: readonly Purpose[],
  ): Promise<OneTimeToken | null> {
    const [row] = await transaction.$queryRaw<OneTimeToken[]>`
      UPDATE one_time_token SET consumed_at = now()
      WHERE digest = ${digest} AND purpose = ANY (${[...purposes]}::text[])
        AND consumed_at IS NULL AND expires_at > now()
      RETURNING id, account_id AS "accountId", purpose, email, expires_at AS "expiresAt"`;
    return row ?? null;
  }

  /** No mail that was sent before has any effect after this. */
  async voidAll(transaction: Transaction, accountId: string): Promise<void> {
    await transaction.$executeRaw`
      UPDATE one_time_token SET consumed_at = now() WHERE account_id = ${accountId} AND consumed_at IS NULL`;
  }
}
