import type { Database, Statements, Transaction } from '../database.ts';

export interface TwoFactor {
  readonly sealed: Uint8Array;
  readonly activatedAt: Date | null;
}

type Digest = Buffer<ArrayBuffer>;

/** Second factors, recovery codes, and sign-ins that wait for one of them. What is good once is taken by one statement. */
export class PrismaTwoFactorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(accountId: string, statements: Statements = this.#database): Promise<TwoFactor | null> {
    return statements.twoFactor.findUnique({ where: { accountId } });
  }

  async codesLeft(accountId: string): Promise<number> {
    return this.#database.recoveryCode.count({ where: { accountId, usedAt: null } });
  }

  /** Replaces one that was never activated; false when there is an active one. */
  async create(transaction: Transaction, accountId: string, sealed: Digest): Promise<boolean> {
    const created = await transaction.$executeRaw`
      INSERT INTO two_factor AS factor (account_id, sealed) VALUES (${accountId}, ${sealed})
      ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0, created_at = now()
      WHERE factor.activated_at IS NULL`;
    return created === 1;
  }

  /** False when it is active already, was replaced in between, or the step was used. */
  async activate(transaction: Transaction, accountId: string, sealed: Uint8Array, step: number) {
    const activated = await transaction.$executeRaw`
      UPDATE two_factor SET activated_at = now(), last_step = ${step}::bigint
      WHERE account_id = ${accountId} AND activated_at IS NULL AND sealed = ${Buffer.from(sealed)}
        AND last_step < ${step}::bigint`;
    return activated === 1;
  }

  /** Takes a time step: true once, and never for one before it. */
  async takeStep(statements: Statements, accountId: string, step: number): Promise<boolean> {
    const taken = await statements.$executeRaw`
      UPDATE two_factor SET last_step = ${step}::bigint
      WHERE account_id = ${accountId} AND activated_at IS NOT NULL AND last_step < ${step}::bigint`;
    return taken === 1;
  }

  async takeRecoveryCode(statements: Statements, accountId: string, digest: Digest): Promise<boolean> {
    const taken = await statements.$executeRaw`
      UPDATE recovery_code SET used_at = now()
      WHERE digest = ${digest} AND account_id = ${accountId} AND used_at IS NULL`;
    return taken === 1;
  }

  async replaceRecoveryCodes(transaction: Transaction, accountId: string, digests: readonly Digest[]) {
    await transaction.recoveryCode.deleteMany({ where: { accountId } });
    await transaction.recoveryCode.createMany({ data: digests.map((digest) => ({ digest, accountId })) });
  }

  /** With its recovery codes. False when there is none. */
  async remove(transaction: Transaction, accountId: string): Promise<boolean> {
    await transaction.recoveryCode.deleteMany({ where: { accountId } });
    await transaction.signInChallenge.deleteMany({ where: { accountId } });
    const { count } = await transaction.twoFactor.deleteMany({ where: { accountId } });
    return count > 0;
  }

  /** @returns until when it is good */
  async insertChallenge(
    transaction: Transaction,
    { accountId, digest, ttlSeconds }: { accountId: string; digest: Digest; ttlSeconds: number },
  ): Promise<Date> {
    // Whoever knows the password could make rows without end: those that are over go with the next one.
    await transaction.$executeRaw`
      DELETE FROM sign_in_challenge WHERE account_id = ${accountId} AND expires_at < now()`;
    const [row] = await transaction.$queryRaw<{ expiresAt: Date }[]>`
      INSERT INTO sign_in_challenge (digest, account_id, expires_at)
      VALUES (${digest}, ${accountId}, now() + ${ttlSeconds}::int * interval '1 second')
      RETURNING expires_at AS "expiresAt"`;
    if (!row) throw new Error('the challenge was not inserted');
    return row.expiresAt;
  }

  /** Whose sign-in it continues; `null` when it was never issued, is over or was used. */
  async findChallenge(digest: Digest): Promise<string | null> {
    const row = await this.#database.signInChallenge.findFirst({
      where: { digest, expiresAt: { gt: new Date() }, account: { closedAt: null } },
    });
    return row?.accountId ?? null;
  }

  /** True for one of all who try. */
  async takeChallenge(transaction: Transaction, digest: Digest): Promise<boolean> {
    const taken = await transaction.$executeRaw`
      DELETE FROM sign_in_challenge WHERE digest = ${digest} AND expires_at > now()`;
    return taken === 1;
  }
}
