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

/** What has to be known before something sensitive is done in a session. */
export interface Confirmation {
  readonly accountId: string;
  readonly email: string;
  readonly fullName: string;
  readonly passwordHash: string | null;
  /** Its owner has proved to be there lately. */
  readonly confirmed: boolean;
  /** There is an active second factor. */
  readonly twoFactor: boolean;
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

  /** Signed in by something else than the password. `null` when the account was closed. */
  async noteSignIn(transaction: Transaction, id: string): Promise<SignInAccount | null> {
    const [row] = await transaction.$queryRaw<SignInAccount[]>`
      UPDATE account SET last_login_at = now() WHERE id = ${id} AND closed_at IS NULL
      RETURNING id, email, full_name AS "fullName", password_hash AS "passwordHash", true AS "isActive",
                verified_at IS NOT NULL AS "isVerified"`;
    return row ?? null;
  }

  /** `null` when the session has ended or its account is closed. */
  async findConfirmation(sessionId: string, withinSeconds: number): Promise<Confirmation | null> {
    const [row] = await this.#database.$queryRaw<Confirmation[]>`
      SELECT account.id AS "accountId", account.email, account.full_name AS "fullName",
             account.password_hash AS "passwordHash",
             coalesce(session.confirmed_at > now() - ${withinSeconds}::int * interval '1 second', false) AS confirmed,
             coalesce(two_factor.activated_at IS NOT NULL, false) AS "twoFactor"
      FROM session JOIN account ON account.id = session.account_id
      LEFT JOIN two_factor ON two_factor.account_id = account.id
      WHERE session.id = ${sessionId} AND session.ended_at IS NULL AND account.closed_at IS NULL`;
    return row ?? null;
  }

  async addressOf(statements: Statements, id: string): Promise<string | null> {
    const row = await statements.account.findUnique({
      where: { id, closedAt: null },
      select: { email: true },
    });
    return row?.email ?? null;
  }

  /** False when it is not what it was. */
  async replacePassword(
    transaction: Transaction,
    id: string,
    { was, is }: { readonly was: string | null; readonly is: string },
  ): Promise<boolean> {
    const replaced = await transaction.$executeRaw`
      UPDATE account SET password_hash = ${is}, updated_at = now()
      WHERE id = ${id} AND closed_at IS NULL AND password_hash IS NOT DISTINCT FROM ${was}::text`;
    return replaced === 1;
  }

  /** What it was called before. Throws the unique violation of `account_handle_key`. */
  async rename(
    transaction: Transaction,
    id: string,
    { fullName, handle }: { readonly fullName?: string; readonly handle?: string },
  ): Promise<{ readonly fullName: string; readonly handle: string } | null> {
    const [before] = await transaction.$queryRaw<{ fullName: string; handle: string }[]>`
      SELECT full_name AS "fullName", handle FROM account
      WHERE id = ${id} AND closed_at IS NULL FOR NO KEY UPDATE`;
    if (!before) return null;
    await transaction.$executeRaw`
      UPDATE account SET full_name = ${fullName ?? before.fullName}, handle = ${handle ?? before.handle},
                         updated_at = now()
      WHERE id = ${id}`;
    return before;
  }

  /** For good; ending it twice changes nothing. */
  async endSession(transaction: Transaction, sessionId: string): Promise<void> {
    await transaction.$executeRaw`
      UPDATE session SET ended_at = now() WHERE id = ${sessionId} AND ended_at IS NULL`;
  }
}
