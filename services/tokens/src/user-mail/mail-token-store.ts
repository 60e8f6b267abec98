import { createId, tokenDigest } from '@pcft/credentials';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { TransactionClient } from '@pcft/events';

export type Purpose = 'verify-email' | 'reset-password';

/** How long a token of a mail can be used. A new password opens everything, so its token has less time. */
export const ttlSeconds: Readonly<Record<Purpose, number>> = {
  'verify-email': 24 * 60 * 60,
  'reset-password': 60 * 60,
};

export interface MailTokenDraft {
  readonly appId: string;
  readonly userId: string;
  readonly purpose: Purpose;
  readonly digest: Buffer<ArrayBuffer>;
  /** Where it is sent to. */
  readonly email: string;
  readonly passwordMark: Buffer<ArrayBuffer>;
}

export interface MailToken {
  readonly id: string;
  readonly userId: string;
  readonly purpose: Purpose;
  readonly email: string;
  readonly passwordMark: Uint8Array;
}

/** What a token was presented as, and where. */
export interface Presented {
  readonly appId: string;
  readonly purpose: Purpose;
  readonly digest: Buffer<ArrayBuffer>;
}

/** By what a token is bound to the password that held when it was sent. Never the hash: a dump must not have it twice. */
export function passwordMark(pepper: Buffer, passwordHash: string | null): Buffer<ArrayBuffer> {
  return tokenDigest(pepper, `password mark ${passwordHash ?? ''}`);
}

const columns = `id, user_id AS "userId", purpose, email, password_mark AS "passwordMark"`;
const usable = `app_id = $1 AND purpose = $2 AND digest = $3 AND consumed_at IS NULL AND expires_at > now()`;

/** Tokens that are sent to end users by mail and used once. */
export class MailTokenStore {
  readonly #database: PrismaClient;

  constructor(database: PrismaClient) {
    this.#database = database;
  }

  /** Replaces the one before of this user and purpose, used or not. */
  async issue(transaction: TransactionClient, draft: MailTokenDraft): Promise<void> {
    const { appId, userId, purpose, digest, email, passwordMark } = draft;
    await transaction.$queryRawUnsafe(
      `INSERT INTO user_mail_token (id, app_id, user_id, purpose, digest, email, password_mark, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::int * interval '1 second')
       ON CONFLICT (user_id, purpose) DO UPDATE
       SET id = excluded.id, digest = excluded.digest, email = excluded.email, password_mark = excluded.password_mark,
           created_at = now(), expires_at = excluded.expires_at, consumed_at = NULL`,
      ...[createId('ver_'), appId, userId, purpose, digest, email, passwordMark, ttlSeconds[purpose]],
    );
  }

  /** One that can still be used; it is not used by this. */
  async find({ appId, purpose, digest }: Presented): Promise<MailToken | null> {
    const [row] = await this.#database.$queryRawUnsafe<MailToken[]>(
      `SELECT ${columns} FROM user_mail_token WHERE ${usable}`,
      ...[appId, purpose, digest],
    );
    return row ?? null;
  }

  /** Uses it up. However many try at once, one of them gets it: the others wait for its row and find it used. */
  async consume(
    transaction: TransactionClient,
    { appId, purpose, digest }: Presented,
  ): Promise<MailToken | null> {
    const [row] = await transaction.$queryRawUnsafe<MailToken[]>(
      `UPDATE user_mail_token SET consumed_at = now() WHERE ${usable} RETURNING ${columns}`,
      ...[appId, purpose, digest],
    );
    return row ?? null;
  }

  /** Makes one good again that was used for nothing. One that was replaced meanwhile has another id. */
  async giveBack({ id }: Pick<MailToken, 'id'>): Promise<void> {
    await this.#database.$executeRawUnsafe(
      'UPDATE user_mail_token SET consumed_at = NULL WHERE id = $1 AND consumed_at IS NOT NULL',
      id,
    );
  }

  /** Forgets what nobody can use any more. @returns how many */
  prune(): Promise<number> {
    return this.#database
      .$executeRaw`DELETE FROM user_mail_token WHERE expires_at < now() - interval '1 day'`;
  }
}
