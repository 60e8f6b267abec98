import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../database.ts';

/** A secret of ours that was reported, and what stands behind it. */
export interface LeakedCredential {
  readonly type: 'pat' | 'session';
  readonly id: string;
  readonly accountId: string;
  /** `null`: account-wide, or a session. */
  readonly workspaceId: string | null;
  readonly name: string;
  readonly lastFour: string;
  /** Hex digest under which it was found. */
  readonly digest: string;
  /** What was found no longer works by itself: revoked, or the secret before a rotation whose overlap is over. */
  readonly dead: boolean;
  /** The workspace disables rather than revokes. */
  readonly quarantines: boolean;
}

/** Where it was found. */
export interface LeakPlace {
  readonly source: string;
  readonly url: string;
}

/** Leaked credentials. Secrets come here as digests, hex. */
export class PrismaLeakStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By the secret that works and by the one before it; sessions too. */
  async find(digests: readonly string[]): Promise<LeakedCredential[]> {
    const texts = [...digests];
    return this.#database.$queryRaw<LeakedCredential[]>`
      WITH wanted AS (SELECT decode(text, 'hex') AS digest FROM unnest(${texts}::text[]) AS text),
      found AS (
        SELECT wanted.digest, id FROM wanted JOIN access_token USING (digest)
        UNION ALL
        SELECT wanted.digest, id FROM wanted JOIN access_token ON previous_digest = wanted.digest
      )
      SELECT 'pat' AS type, token.id, token.account_id AS "accountId", token.workspace_id AS "workspaceId", token.name,
             token.last_four AS "lastFour", encode(found.digest, 'hex') AS digest,
             token.revoked_at IS NOT NULL OR (found.digest = token.previous_digest AND token.previous_until <= now())
               AS dead,
             coalesce(home.leaked_token_action = 'quarantine', false) AS quarantines
      FROM found JOIN access_token AS token USING (id) LEFT JOIN workspace AS home ON home.id = token.workspace_id
      UNION ALL
      SELECT 'session', session.id, session.account_id, NULL, 'session', '', encode(wanted.digest, 'hex'),
             session.ended_at IS NOT NULL OR session.expires_at <= now(), false
      FROM wanted JOIN session USING (digest)`;
  }

  /** Notes a place once. False: it was known; whoever notes it at the same moment waits for the first one's commit. */
  async note(
    transaction: Transaction,
    credentialId: string,
    { source, url }: LeakPlace,
    action: 'revoke' | 'quarantine',
  ): Promise<boolean> {
    const place = createHash('sha256').update(`${source}\n${url}`).digest();
    const rows = await transaction.$queryRaw<unknown[]>`
      INSERT INTO leak_report (credential_id, place, source, url, action)
      VALUES (${credentialId}, ${place}, ${source}, ${url}, ${action})
      ON CONFLICT DO NOTHING RETURNING credential_id`;
    return rows.length > 0;
  }

  async endSession(transaction: Transaction, id: string): Promise<void> {
    await transaction.$executeRaw`UPDATE session SET ended_at = now() WHERE id = ${id} AND ended_at IS NULL`;
  }

  /** Whose mail it is: the account the credential belongs to, and the owners of the workspace it is pinned to. */
  async addressees(
    transaction: Transaction,
    { accountId, workspaceId }: Pick<LeakedCredential, 'accountId' | 'workspaceId'>,
  ): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ email: string }[]>`
      SELECT DISTINCT email FROM (
        SELECT account.email FROM account WHERE id = ${accountId} AND closed_at IS NULL
        UNION ALL
        (SELECT account.email FROM member JOIN account ON account.id = member.account_id
         WHERE member.workspace_id = ${workspaceId} AND member.role = 'owner' AND account.closed_at IS NULL
         ORDER BY member.created_at LIMIT 10)
      ) AS person ORDER BY email`;
    return rows.map(({ email }) => email);
  }
}
