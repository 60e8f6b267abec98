import type { Database, Statements, Transaction } from '../database.ts';

/** In seconds. A session ends with the first of the two. */
export interface SessionLifetime {
  /** However much it is used. */
  readonly absoluteSeconds: number;
  /** Without use. */
  readonly idleSeconds: number;
}

export interface SessionDraft {
  readonly id: string;
  readonly accountId: string;
  readonly digest: Buffer<ArrayBuffer>;
  readonly ip: string;
  readonly userAgent: string | null;
  /** It was opened with more than a password. */
  readonly confirmed: boolean;
}

export interface AccountSession {
  readonly id: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  /** When it ends unless it is used. */
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly confirmedAt: Date | null;
}

/** Sessions one by one: opened, listed, ended. Introspection reads them by itself. */
export class PrismaSessionStore {
  readonly #database: Database;
  readonly #lifetime: SessionLifetime;

  constructor(database: Database, lifetime: SessionLifetime) {
    this.#database = database;
    this.#lifetime = lifetime;
  }

  /** @returns when it ends however much it is used, by the database's clock */
  async insert(transaction: Transaction, draft: SessionDraft): Promise<Date> {
    const { absoluteSeconds, idleSeconds } = this.#lifetime;
    const [row] = await transaction.$queryRaw<{ endsAt: Date }[]>`
      INSERT INTO session (id, account_id, digest, ip, user_agent, expires_at, ends_at, confirmed_at)
      VALUES (${draft.id}, ${draft.accountId}, ${draft.digest}, ${draft.ip}, ${draft.userAgent},
              now() + ${Math.min(absoluteSeconds, idleSeconds)}::int * interval '1 second',
              now() + ${absoluteSeconds}::int * interval '1 second',
              CASE WHEN ${draft.confirmed}::boolean THEN now() END)
      RETURNING ends_at AS "endsAt"`;
    if (!row) throw new Error('the session was not inserted');
    return row.endsAt;
  }

  async find(id: string): Promise<AccountSession | null> {
    const row = await this.#database.session.findUnique({ where: { id } });
    return row && toSession(row);
  }

  /** Live ones, the one seen last first. */
  async list(
    accountId: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: AccountSession[]; total: number }> {
    const rows = await this.#database.session.findMany({
      where: { accountId, endedAt: null, expiresAt: { gt: new Date() } },
    });
    const items = rows.map(toSession).sort((a, b) => seen(b) - seen(a));
    return { items: items.slice(offset, offset + limit), total: items.length };
  }

  /** False when the account never had it. Ending it twice changes nothing. */
  async end(transaction: Transaction, accountId: string, id: string): Promise<boolean> {
    const known = await transaction.$executeRaw`
      UPDATE session SET ended_at = coalesce(ended_at, now()) WHERE id = ${id} AND account_id = ${accountId}`;
    return known === 1;
  }

  /** Ends all of the account but one. @returns how many were live */
  async endOthers(transaction: Transaction, accountId: string, keep: string | null): Promise<number> {
    const rows = await transaction.$queryRaw<{ live: boolean }[]>`
      UPDATE session SET ended_at = now()
      WHERE account_id = ${accountId} AND ended_at IS NULL AND id IS DISTINCT FROM ${keep}::text
      RETURNING expires_at > now() AS live`;
    return rows.filter(({ live }) => live).length;
  }

  /** Notes that its owner has just proved to be there. */
  async confirm(statements: Statements, id: string): Promise<Date> {
    const [row] = await statements.$queryRaw<{ at: Date }[]>`
      UPDATE session SET confirmed_at = now() WHERE id = ${id} RETURNING confirmed_at AS at`;
    if (!row) throw new Error('there is no such session');
    return row.at;
  }
}

const seen = ({ lastSeenAt, createdAt }: AccountSession) => (lastSeenAt ?? createdAt).getTime();

function toSession(row: {
  id: string;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date | null;
  expiresAt: Date;
  endsAt: Date | null;
  confirmedAt: Date | null;
}): AccountSession {
  const { id, ip, userAgent, createdAt, lastSeenAt, expiresAt, endsAt, confirmedAt } = row;
  const idleExpiresAt = expiresAt;
  return {
    id,
    ip,
    userAgent,
    createdAt,
    lastSeenAt,
    idleExpiresAt,
    expiresAt: endsAt ?? expiresAt,
    confirmedAt,
  };
}
