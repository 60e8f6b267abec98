import type { Conditions, Statement } from '@pcft/policy';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Database, Statements, Transaction } from '../database.ts';
import { boundaries, effectiveStatements } from '../policies/effective-statements.ts';
import type { RoleCap } from '../policies/role-cap.ts';
import type { Window } from '../workspaces/prisma-workspace-store.ts';
import type { AccessToken } from './access-token.ts';

export interface AccessTokenDraft {
  readonly id: string;
  readonly accountId: string;
  readonly workspaceId: string | null;
  readonly ancestorIds: readonly string[];
  readonly name: string;
  readonly digest: Buffer<ArrayBuffer>;
  readonly tokenPrefix: string;
  readonly lastFour: string;
  readonly kind: string | null;
  readonly scopes: readonly string[] | null;
  /** Its own. */
  readonly statements: readonly Statement[];
  readonly policyIds: readonly string[];
  readonly conditions: Conditions | null;
  /** From now by the database's clock; `null`: never. Cut to what the ancestors have left. */
  readonly ttlSeconds: number | null;
}

/**
 * Whose tokens: those pinned to a workspace, which `accountId` cuts to one account's; or all of an account, wherever
 * they are pinned.
 */
export type TokenFilter =
  | { readonly workspaceId: string; readonly accountId: string | null }
  | { readonly workspaceId: null; readonly accountId: string };

/** What a child token is bounded by. */
export interface LockedToken {
  readonly id: string;
  readonly statements: Statement[];
  readonly conditions: Conditions | null;
  readonly ancestorIds: string[];
}

export interface Rotation {
  readonly digest: Buffer<ArrayBuffer>;
  readonly lastFour: string;
  readonly overlapSeconds: number;
  readonly current: Buffer<ArrayBuffer> | null;
}

const inForce = effectiveStatements(Prisma.sql`token.statements`, Prisma.sql`token.policy_ids`);

const roleInForce = effectiveStatements(Prisma.sql`custom.statements`, Prisma.sql`custom.policy_ids`);

type Row = Omit<AccessToken, 'scopes'> & { scopes: string[] | null };

/** A token with what its ancestors do to it: it is disabled, revoked or expired as soon as one of them is. */
const selection = Prisma.sql`
  SELECT token.id, token.account_id AS "accountId", token.workspace_id AS "workspaceId",
         token.ancestor_ids AS "ancestorIds", token.name, token.token_prefix AS "tokenPrefix",
         token.last_four AS "lastFour", token.kind, token.scopes, ${inForce} AS statements,
         token.policy_ids AS "policyIds", token.conditions,
         token.created_at AS "createdAt", token.updated_at AS "updatedAt", ending.at AS "expiresAt",
         least(token.created_at, ancestor.created_at) AS "firstCreatedAt",
         coalesce(token.revoked_at, ancestor.revoked_at) AS "revokedAt",
         CASE WHEN token.disabled_at IS NOT NULL OR ancestor.disabled THEN 'disabled'
              WHEN ending.at <= now() THEN 'expired' ELSE 'active' END AS status,
         token.last_used_at AS "lastUsedAt", token.last_used_ip AS "lastUsedIp",
         token.last_used_service AS "lastUsedService", token.rotated_at AS "rotatedAt"
  FROM access_token AS token
  LEFT JOIN workspace AS home ON home.id = token.workspace_id
  LEFT JOIN LATERAL (
    SELECT min(revoked_at) AS revoked_at, bool_or(disabled_at IS NOT NULL) AS disabled, min(created_at) AS created_at
    FROM access_token WHERE id = ANY (token.ancestor_ids)
  ) AS ancestor ON cardinality(token.ancestor_ids) > 0
  CROSS JOIN LATERAL (
    SELECT least(token.expires_at, least(token.created_at, ancestor.created_at)
                                   + home.max_token_lifetime_seconds * interval '1 second') AS at
  ) AS ending`;

const mine = ({ workspaceId, accountId }: TokenFilter) =>
  workspaceId === null
    ? Prisma.sql`token.account_id = ${accountId}`
    : Prisma.sql`
  token.workspace_id = ${workspaceId} AND (${accountId}::text IS NULL OR token.account_id = ${accountId}::text)`;

/** PATs. Revoked ones stay, for the log's sake, and are found only by who asks for them. */
export class PrismaAccessTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Revoked ones too. */
  async find(
    id: string,
    filter: TokenFilter,
    statements: Statements = this.#database,
  ): Promise<AccessToken | null> {
    const [row] = await statements.$queryRaw<Row[]>`${selection} WHERE token.id = ${id} AND ${mine(filter)}`;
    return row ?? null;
  }

  /** What its ancestors allow now, the eldest first; empty where that cannot have changed since it was minted. */
  async boundariesOf(id: string): Promise<Statement[][]> {
    const [row] = await this.#database.$queryRaw<{ boundaries: Statement[][] }[]>`
      SELECT ${boundaries} AS boundaries FROM access_token AS token WHERE token.id = ${id}`;
    return row?.boundaries ?? [];
  }

  /** Without revoked ones, oldest first; items and total from one snapshot. */
  async list(
    filter: TokenFilter,
    { limit, offset }: Window,
  ): Promise<{ items: AccessToken[]; total: number }> {
    const [items, [counted]] = await this.#database.$transaction(
      [
        this.#database.$queryRaw<Row[]>`
          ${selection} WHERE token.revoked_at IS NULL AND ${mine(filter)}
          ORDER BY token.created_at, token.id LIMIT ${limit} OFFSET ${offset}`,
        this.#database.$queryRaw<{ total: number }[]>`
          SELECT count(*)::int AS total FROM access_token AS token
          WHERE token.revoked_at IS NULL AND ${mine(filter)}`,
      ],
      { isolationLevel: 'RepeatableRead' },
    );
    return { items, total: counted?.total ?? 0 };
  }

  async insert(transaction: Transaction, draft: AccessTokenDraft): Promise<void> {
    const ancestors = [...draft.ancestorIds];
    const conditions = draft.conditions === null ? null : JSON.stringify(draft.conditions);
    await transaction.$executeRaw`
      INSERT INTO access_token (id, account_id, workspace_id, ancestor_ids, name, digest, token_prefix, last_four,
                                kind, scopes, statements, policy_ids, conditions, expires_at)
      SELECT ${draft.id}, ${draft.accountId}, ${draft.workspaceId}, ${ancestors}::text[], ${draft.name},
             ${draft.digest}, ${draft.tokenPrefix}, ${draft.lastFour}, ${draft.kind},
             ${draft.scopes && [...draft.scopes]}::text[], ${JSON.stringify(draft.statements)}::jsonb,
             ${[...draft.policyIds]}::text[],
             ${conditions}::jsonb,
             least(now() + ${draft.ttlSeconds}::int * interval '1 second',
                   (SELECT min(expires_at) FROM access_token WHERE id = ANY (${ancestors}::text[])))`;
  }

  /**
   * Locks a token and its ancestors against being changed until the transaction ends, the eldest first, as a revoke
   * does: two that lock in one order cannot wait for each other.
   *
   * @returns the token; `null` when it or one of its ancestors is dead
   */
  async lockFamily(transaction: Transaction, id: string): Promise<LockedToken | null> {
    const alive = await transaction.$queryRaw<LockedToken[]>`
      SELECT id, ${inForce} AS statements, conditions, ancestor_ids AS "ancestorIds" FROM access_token AS token
      WHERE (id = ${id} OR id = ANY ((SELECT ancestor_ids FROM access_token WHERE id = ${id})::text[]))
        AND revoked_at IS NULL AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > now())
      ORDER BY cardinality(ancestor_ids) FOR SHARE OF token`;
    const self = alive.at(-1);
    return self?.id === id && alive.length === self.ancestorIds.length + 1 ? self : null;
  }

  /** What the role of a member allows; the membership is held until the transaction ends. */
  async lockRoleCap(
    transaction: Transaction,
    accountId: string,
    workspaceId: string,
  ): Promise<RoleCap | null> {
    const [row] = await transaction.$queryRaw<RoleCap[]>`
      SELECT member.role AS base, CASE WHEN custom.id IS NOT NULL THEN ${roleInForce} END AS statements
      FROM member LEFT JOIN workspace_role AS custom ON custom.id = member.role_id
      WHERE member.account_id = ${accountId} AND member.workspace_id = ${workspaceId} FOR SHARE OF member`;
    return row ?? null;
  }

  async update(
    transaction: Transaction,
    id: string,
    { name, disabled }: { readonly name: string | null; readonly disabled: boolean | null },
  ): Promise<void> {
    await transaction.$executeRaw`
      UPDATE access_token SET updated_at = now(), name = coalesce(${name}::text, name),
        disabled_at = CASE ${disabled}::boolean WHEN true THEN coalesce(disabled_at, now())
                                                WHEN false THEN NULL ELSE disabled_at END
      WHERE id = ${id} AND revoked_at IS NULL`;
  }

  /**
   * Replaces the secret; the one before works for so long. `current`: only if that is the digest it has.
   *
   * @returns until when the former secret works; `null` when the token was revoked, or has another digest by now
   */
  async rotate(
    transaction: Transaction,
    id: string,
    { digest, lastFour, overlapSeconds, current }: Rotation,
  ): Promise<Date | null> {
    const [row] = await transaction.$queryRaw<{ until: Date }[]>`
      UPDATE access_token
      SET previous_digest = digest, previous_until = now() + ${overlapSeconds}::int * interval '1 second',
          digest = ${digest}, last_four = ${lastFour}, updated_at = now(), rotated_at = now()
      WHERE id = ${id} AND revoked_at IS NULL AND (${current}::bytea IS NULL OR digest = ${current}::bytea)
      RETURNING previous_until AS until`;
    return row?.until ?? null;
  }

  /**
   * Revokes a token and all that were minted with it, or with those. The token's own row is locked first, and whoever
   * mints with it holds it: the second statement sees every child. What was revoked before is not touched, so that
   * repeated revokes do not queue up for its lock.
   *
   * @returns the descendants that were not revoked yet
   */
  async revokeFamily(transaction: Transaction, id: string): Promise<string[]> {
    await transaction.$executeRaw`
      UPDATE access_token SET revoked_at = now(), updated_at = now() WHERE id = ${id} AND revoked_at IS NULL`;
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      WITH family AS (
        SELECT id FROM access_token WHERE ancestor_ids @> ARRAY[${id}::text] AND revoked_at IS NULL
        ORDER BY cardinality(ancestor_ids), id FOR UPDATE
      )
      UPDATE access_token AS token SET revoked_at = now(), updated_at = now()
      FROM family WHERE token.id = family.id RETURNING token.id`;
    return rows.map((row) => row.id);
  }
}
