import type { Statement } from '@pcft/policy';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Database, Statements, Transaction } from '../database.ts';
import type { Window } from '../workspaces/prisma-workspace-store.ts';
import { effectiveStatements } from './effective-statements.ts';
import type { AttachedPolicy, ManagedPolicy, PolicyVersion } from './managed-policy.ts';

export interface PolicyDraft {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly description: string;
  readonly statements: readonly Statement[];
  readonly createdBy: string;
}

/** How large the largest policy is that somebody has, taken together. */
export interface LargestUse {
  readonly statements: number;
  readonly characters: number;
}

const oneMoment = { isolationLevel: 'RepeatableRead' } as const;

const selection = Prisma.sql`
  SELECT policy.id, policy.workspace_id AS "workspaceId", policy.name, policy.description, policy.version,
         current.statements, policy.created_at AS "createdAt", policy.updated_at AS "updatedAt",
         (SELECT count(*)::int FROM access_token
          WHERE policy_ids <> '{}' AND policy_ids @> ARRAY[policy.id] AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())) AS tokens,
         (SELECT count(*)::int FROM workspace_role
          WHERE policy_ids <> '{}' AND policy_ids @> ARRAY[policy.id]) AS roles
  FROM managed_policy AS policy
  JOIN managed_policy_version AS current ON current.policy_id = policy.id AND current.version = policy.version`;

/** Managed policies. Whoever changes them has locked the workspace; whoever attaches one holds its row. */
export class PrismaPolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(transaction: Transaction, draft: PolicyDraft): Promise<void> {
    const { id, workspaceId, name, description } = draft;
    await transaction.managedPolicy.create({ data: { id, workspaceId, name, description } });
    await this.addVersion(transaction, id, { ...draft, version: 1 });
  }

  /** `null`: absent, deleted, or another workspace's. */
  async find(
    id: string,
    workspaceId: string,
    statements: Statements = this.#database,
  ): Promise<ManagedPolicy | null> {
    const [row] = await statements.$queryRaw<ManagedPolicy[]>`
      ${selection} WHERE policy.id = ${id} AND policy.workspace_id = ${workspaceId} AND policy.deleted_at IS NULL`;
    return row ?? null;
  }

  /** The same, and nobody attaches it until the transaction ends. */
  async lock(transaction: Transaction, id: string, workspaceId: string): Promise<ManagedPolicy | null> {
    await transaction.$queryRaw`
      SELECT FROM managed_policy WHERE id = ${id} AND workspace_id = ${workspaceId} FOR NO KEY UPDATE`;
    return this.find(id, workspaceId, transaction);
  }

  /**
   * Policies to be attached, in this order, held as they are until the transaction ends.
   *
   * @returns fewer than were asked for where some are absent or of another workspace
   */
  async lockForUse(
    transaction: Transaction,
    ids: readonly string[],
    workspaceId: string,
  ): Promise<AttachedPolicy[]> {
    if (ids.length === 0) return [];
    await transaction.$queryRaw`
      SELECT FROM managed_policy WHERE id = ANY (${[...ids]}::text[]) AND workspace_id = ${workspaceId}
      ORDER BY id FOR SHARE`;
    // A second statement: the first may have waited for an edit, and would show what was there before it.
    return this.attached(ids, workspaceId, transaction);
  }

  async attached(
    ids: readonly string[],
    workspaceId: string,
    statements: Statements = this.#database,
  ): Promise<AttachedPolicy[]> {
    return statements.$queryRaw<AttachedPolicy[]>`
      SELECT policy.id, policy.name, policy.version, current.statements
      FROM unnest(${[...ids]}::text[]) WITH ORDINALITY AS asked (id, number)
      JOIN managed_policy AS policy ON policy.id = asked.id
      JOIN managed_policy_version AS current ON current.policy_id = policy.id AND current.version = policy.version
      WHERE policy.workspace_id = ${workspaceId} AND policy.deleted_at IS NULL ORDER BY asked.number`;
  }

  /** Oldest first; items and total of one moment. */
  async list(
    workspaceId: string,
    { limit, offset }: Window,
  ): Promise<{ items: ManagedPolicy[]; total: number }> {
    const [items, total] = await this.#database.$transaction(
      [
        this.#database.$queryRaw<ManagedPolicy[]>`
          ${selection} WHERE policy.workspace_id = ${workspaceId} AND policy.deleted_at IS NULL
          ORDER BY policy.created_at, policy.id LIMIT ${limit} OFFSET ${offset}`,
        this.#database.managedPolicy.count({ where: { workspaceId, deletedAt: null } }),
      ],
      oneMoment,
    );
    return { items, total };
  }

  async isNameTaken(
    transaction: Transaction,
    workspaceId: string,
    name: string,
    except: string | null,
  ): Promise<boolean> {
    const found = await transaction.managedPolicy.findFirst({
      where: { workspaceId, name, deletedAt: null, ...(except !== null && { id: { not: except } }) },
      select: { id: true },
    });
    return found !== null;
  }

  /** The latest first. */
  async listVersions(
    policyId: string,
    { limit, offset }: Window,
  ): Promise<{ items: PolicyVersion[]; total: number }> {
    const where = { policyId };
    const [rows, total] = await this.#database.$transaction(
      [
        this.#database.managedPolicyVersion.findMany({
          where,
          include: { policy: { select: { version: true } } },
          orderBy: { version: 'desc' },
          take: limit,
          skip: offset,
        }),
        this.#database.managedPolicyVersion.count({ where }),
      ],
      oneMoment,
    );
    return { items: rows.map(versionOf), total };
  }

  async findVersion(
    policyId: string,
    version: number,
    statements: Statements = this.#database,
  ): Promise<PolicyVersion | null> {
    const row = await statements.managedPolicyVersion.findUnique({
      where: { policyId_version: { policyId, version } },
      include: { policy: { select: { version: true } } },
    });
    return row && versionOf(row);
  }

  async latestVersion(transaction: Transaction, policyId: string): Promise<number> {
    const { _max } = await transaction.managedPolicyVersion.aggregate({
      where: { policyId },
      _max: { version: true },
    });
    return _max.version ?? 0;
  }

  async addVersion(
    transaction: Transaction,
    policyId: string,
    { version, statements, createdBy }: Pick<PolicyDraft, 'statements' | 'createdBy'> & { version: number },
  ): Promise<void> {
    await transaction.managedPolicyVersion.create({
      data: { policyId, version, statements: jsonOf(statements), createdBy },
    });
  }

  async update(
    transaction: Transaction,
    id: string,
    { name, description, version }: Pick<ManagedPolicy, 'name' | 'description' | 'version'>,
  ): Promise<void> {
    const data = { name, description, version, updatedAt: new Date() };
    await transaction.managedPolicy.update({ where: { id }, data });
  }

  /** Nobody sees it any more; what it said stays, for tokens that named it and are dead. */
  async remove(transaction: Transaction, id: string): Promise<void> {
    await transaction.managedPolicy.update({ where: { id }, data: { deletedAt: new Date() } });
  }

  /** The largest set of statements that a token or a role now has, of those that name the policy. */
  async largestUse(transaction: Transaction, id: string): Promise<LargestUse> {
    const [row] = await transaction.$queryRaw<LargestUse[]>`
      SELECT coalesce(max(jsonb_array_length(statements)), 0)::int AS statements,
             coalesce(max(length(statements::text)), 0)::int AS characters
      FROM (
        SELECT ${effectiveStatements(Prisma.sql`token.statements`, Prisma.sql`token.policy_ids`)} AS statements
        FROM (
          SELECT DISTINCT statements, policy_ids FROM access_token
          WHERE policy_ids <> '{}' AND policy_ids @> ARRAY[${id}::text] AND revoked_at IS NULL
        ) AS token
        UNION ALL
        SELECT ${effectiveStatements(Prisma.sql`role.statements`, Prisma.sql`role.policy_ids`)}
        FROM workspace_role AS role
        WHERE role.policy_ids <> '{}' AND role.policy_ids @> ARRAY[${id}::text]
      ) AS used`;
    return row ?? { statements: 0, characters: 0 };
  }
}

/** Prisma's JSON wants mutable values. */
export function jsonOf(statements: readonly Statement[]): Prisma.InputJsonValue {
  return statements.map((each) => ({ ...each }));
}

interface VersionRow {
  policyId: string;
  version: number;
  statements: Prisma.JsonValue;
  createdBy: string;
  createdAt: Date;
  policy: { version: number };
}

function versionOf({
  policyId,
  version,
  statements,
  createdBy,
  createdAt,
  policy,
}: VersionRow): PolicyVersion {
  return {
    policyId,
    version,
    current: version === policy.version,
    statements: statements as unknown as Statement[], // validated before it was written
    createdBy,
    createdAt,
  };
}
