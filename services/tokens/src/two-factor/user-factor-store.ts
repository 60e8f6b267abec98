import type { TransactionClient } from '@pcft/events';

type Digest = Buffer<ArrayBuffer>;

/** Either inside a transaction or on its own. */
export type Statements = TransactionClient;

export interface UserFactor {
  readonly sealed: Uint8Array;
  readonly activatedAt: Date | null;
}

/** Second factors of end users, recovery codes, and sign-ins that wait for one. What is good once one statement takes. */
export class UserFactorStore {
  readonly #database: Statements;

  constructor(database: Statements) {
    this.#database = database;
  }

  async find(userId: string, statements: Statements = this.#database): Promise<UserFactor | null> {
    const [factor] = await statements.$queryRawUnsafe<UserFactor[]>(
      `SELECT sealed, activated_at AS "activatedAt" FROM user_two_factor WHERE user_id = $1`,
      userId,
    );
    return factor ?? null;
  }

  async codesLeft(userId: string, statements: Statements = this.#database): Promise<number> {
    const [row] = await statements.$queryRawUnsafe<{ left: number }[]>(
      'SELECT count(*)::integer AS left FROM user_recovery_code WHERE user_id = $1 AND used_at IS NULL',
      userId,
    );
    return row?.left ?? 0;
  }

  /** Replaces one that was never activated; false when there is an active one. */
  create(transaction: Statements, userId: string, sealed: Digest): Promise<boolean> {
    return one(
      transaction,
      `INSERT INTO user_two_factor AS factor (user_id, sealed) VALUES ($1, $2)
       ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0, created_at = now()
       WHERE factor.activated_at IS NULL RETURNING 1`,
      ...[userId, sealed],
    );
  }

  /** False when it is active already, was replaced in between, or the step was used. */
  activate(transaction: Statements, userId: string, sealed: Uint8Array, step: number): Promise<boolean> {
    return one(
      transaction,
      `UPDATE user_two_factor SET activated_at = now(), last_step = $3::bigint
       WHERE user_id = $1 AND activated_at IS NULL AND sealed = $2 AND last_step < $3::bigint RETURNING 1`,
      ...[userId, Buffer.from(sealed), step],
    );
  }

  /** Takes a time step: true once, and never for one before it. */
  takeStep(statements: Statements, userId: string, step: number): Promise<boolean> {
    return one(
      statements,
      `UPDATE user_two_factor SET last_step = $2::bigint
       WHERE user_id = $1 AND activated_at IS NOT NULL AND last_step < $2::bigint RETURNING 1`,
      ...[userId, step],
    );
  }

  takeRecoveryCode(statements: Statements, userId: string, digest: Digest): Promise<boolean> {
    return one(
      statements,
      `UPDATE user_recovery_code SET used_at = now()
       WHERE digest = $2 AND user_id = $1 AND used_at IS NULL RETURNING 1`,
      ...[userId, digest],
    );
  }

  async replaceRecoveryCodes(
    transaction: Statements,
    userId: string,
    digests: readonly Digest[],
  ): Promise<void> {
    await transaction.$queryRawUnsafe('DELETE FROM user_recovery_code WHERE user_id = $1', userId);
    await transaction.$queryRawUnsafe(
      'INSERT INTO user_recovery_code (digest, user_id) SELECT unnest($2::bytea[]), $1',
      ...[userId, digests],
    );
  }

  /** With recovery codes and sign-ins that wait for it. @returns what it was; `null` when there was none */
  async remove(transaction: Statements, userId: string): Promise<Pick<UserFactor, 'activatedAt'> | null> {
    const [removed] = await transaction.$queryRawUnsafe<Pick<UserFactor, 'activatedAt'>[]>(
      'DELETE FROM user_two_factor WHERE user_id = $1 RETURNING activated_at AS "activatedAt"',
      userId,
    );
    await transaction.$queryRawUnsafe('DELETE FROM user_recovery_code WHERE user_id = $1', userId);
    await this.endChallenges(transaction, userId);
    return removed ?? null;
  }

  /**
   * Keeps a challenge for a user whose password is still the one that was shown.
   *
   * @returns until when it is good; `null`: the user has changed meanwhile
   */
  async insertChallenge(
    transaction: Statements,
    challenge: {
      readonly appId: string;
      readonly userId: string;
      readonly passwordHash: string;
      readonly digest: Digest;
      readonly ttlSeconds: number;
    },
  ): Promise<Date | null> {
    const { appId, userId, passwordHash, digest, ttlSeconds } = challenge;
    // Whoever knows the password could make rows without end: those that are over go with the next one.
    await transaction.$queryRawUnsafe(
      'DELETE FROM user_sign_in_challenge WHERE user_id = $1 AND expires_at < now()',
      userId,
    );
    // The lock orders it with a change of the password: that finds the challenge, or this finds the new password.
    const [row] = await transaction.$queryRawUnsafe<{ expiresAt: Date }[]>(
      `WITH holder AS MATERIALIZED (
         SELECT id, app_id FROM directory_user
         WHERE id = $2 AND app_id = $3 AND password_hash = $4 AND status = 'active' AND NOT deleted FOR SHARE
       )
       INSERT INTO user_sign_in_challenge (digest, app_id, user_id, expires_at)
       SELECT $1, app_id, id, now() + $5::int * interval '1 second' FROM holder
       RETURNING expires_at AS "expiresAt"`,
      ...[digest, userId, appId, passwordHash, ttlSeconds],
    );
    return row?.expiresAt ?? null;
  }

  /** Whose sign-in it continues; `null` when it was never issued, is over, was used, or is of another app. */
  async findChallenge(appId: string, digest: Digest): Promise<string | null> {
    const [row] = await this.#database.$queryRawUnsafe<{ userId: string }[]>(
      `SELECT user_id AS "userId" FROM user_sign_in_challenge
       WHERE digest = $1 AND app_id = $2 AND expires_at > now()`,
      ...[digest, appId],
    );
    return row?.userId ?? null;
  }

  /** For one of all who try: when it was given out. */
  async takeChallenge(transaction: Statements, digest: Digest): Promise<Date | null> {
    const [taken] = await transaction.$queryRawUnsafe<{ createdAt: Date }[]>(
      `DELETE FROM user_sign_in_challenge WHERE digest = $1 AND expires_at > now()
       RETURNING created_at AS "createdAt"`,
      digest,
    );
    return taken?.createdAt ?? null;
  }

  /** What was begun with a password that holds no more. */
  async endChallenges(transaction: Statements, userId: string): Promise<void> {
    await transaction.$queryRawUnsafe('DELETE FROM user_sign_in_challenge WHERE user_id = $1', userId);
  }

  async prune(): Promise<void> {
    await this.#database.$queryRawUnsafe('DELETE FROM user_sign_in_challenge WHERE expires_at < now()');
  }
}

async function one(statements: Statements, query: string, ...values: unknown[]): Promise<boolean> {
  return (await statements.$queryRawUnsafe<unknown[]>(query, ...values)).length === 1;
}
