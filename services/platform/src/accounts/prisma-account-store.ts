import { createId } from '@pcft/credentials';
import type { Database, Statements, Transaction } from '../database.ts';
import { handleCandidates } from './account-names.ts';

/** What signing in needs of an account. */
export interface SignInAccount {
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
  readonly passwordHash: string | null;
  readonly isActive: boolean;
  readonly isVerified: boolean;
}

/** An account as its owner sees it. */
export interface Profile {
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
  readonly handle: string;
  readonly role: 'user' | 'staff';
  readonly verifiedAt: Date | null;
  readonly closedAt: Date | null;
  readonly lastLoginAt: Date | null;
  readonly organizationCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface AccountDraft {
  readonly email: string;
  readonly passwordHash: string;
  readonly fullName: string;
}

export interface SessionDraft {
  readonly id: string;
  readonly accountId: string;
  readonly digest: Buffer<ArrayBuffer>;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly ttlSeconds: number;
}

/** Accounts and their sessions. */
export class PrismaAccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Addresses are compared without regard to case. */
  async findByEmail(email: string, statements: Statements = this.#database): Promise<SignInAccount | null> {
    const [row] = await statements.$queryRaw<SignInAccount[]>`
      SELECT id, email, full_name AS "fullName", password_hash AS "passwordHash", closed_at IS NULL AS "isActive",
             verified_at IS NOT NULL AS "isVerified"
      FROM account WHERE lower(email) = lower(${email})`;
    return row ?? null;
  }

  async findProfile(id: string): Promise<Profile | null> {
    const row = await this.#database.account.findUnique({
      where: { id },
      include: { _count: { select: { members: true } } },
    });
    // The role is a check of the table.
    return row && { ...row, role: row.role as Profile['role'], organizationCount: row._count.members };
  }

  /** Throws the unique violation of `account_email_key` when the address came into use in between. */
  async insert(transaction: Transaction, draft: AccountDraft): Promise<string> {
    const id = createId('acc_');
    for (const handle of handleCandidates(draft.fullName)) {
      const inserted = await transaction.$executeRaw`
        INSERT INTO account (id, email, password_hash, full_name, handle)
        VALUES (${id}, ${draft.email}, ${draft.passwordHash}, ${draft.fullName}, ${handle})
        ON CONFLICT (handle) DO NOTHING`;
      if (inserted === 1) return id;
    }
    throw new Error('no handle is free');
  }

  /** False when the account was closed, or its password changed, since it was read. */
  async recordSignIn(
    transaction: Transaction,
    { id, passwordHash }: Pick<SignInAccount, 'id' | 'passwordHash'>,
    newHash: string | null,
  ): Promise<boolean> {
    const updated = await transaction.$executeRaw`
      UPDATE account SET last_login_at = now(), password_hash = coalesce(${newHash}::text, password_hash),
                         updated_at = CASE WHEN ${newHash}::text IS NULL THEN updated_at ELSE now() END
      WHERE id = ${id} AND closed_at IS NULL AND password_hash IS NOT DISTINCT FROM ${passwordHash}::text`;
    return updated === 1;
  }

  /** @returns when it ends, by the database's clock */
  async insertSession(transaction: Transaction, draft: SessionDraft): Promise<Date> {
    const [row] = await transaction.$queryRaw<{ expiresAt: Date }[]>`
      INSERT INTO session (id, account_id, digest, ip, user_agent, expires_at)
      VALUES (${draft.id}, ${draft.accountId}, ${draft.digest}, ${draft.ip}, ${draft.userAgent},
              now() + ${draft.ttlSeconds}::int * interval '1 second')
      RETURNING expires_at AS "expiresAt"`;
    if (!row) throw new Error('the session was not inserted');
    return row.expiresAt;
  }

  /** For good; ending it twice changes nothing. */
  async endSession(transaction: Transaction, sessionId: string): Promise<void> {
    await transaction.$executeRaw`
      UPDATE session SET ended_at = now() WHERE id = ${sessionId} AND ended_at IS NULL`;
  }

  /** Takes as long as a commit that leaves a row, and leaves none. */
  async commitNothing(): Promise<void> {
    await this.#database.$queryRaw`SELECT pg_logical_emit_message(true, 'platform', '')::text`;
  }
}
