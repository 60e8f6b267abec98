import { countedLimits, type CountedLimit, type PlanName } from '@pcft/plans';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Database, Statements, Transaction } from '../database.ts';

/** What has ended is not counted: its place is free again. */
const counting: Record<CountedLimit, (workspaceId: string) => Prisma.Sql> = {
  members: (id) => Prisma.sql`SELECT count(*)::int AS count FROM member WHERE workspace_id = ${id}`,
  access_tokens: (id) => Prisma.sql`
    SELECT count(*)::int AS count FROM access_token
    WHERE workspace_id = ${id} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
  managed_policies: (id) => Prisma.sql`
    SELECT count(*)::int AS count FROM managed_policy WHERE workspace_id = ${id} AND deleted_at IS NULL`,
  custom_roles: (id) =>
    Prisma.sql`SELECT count(*)::int AS count FROM workspace_role WHERE workspace_id = ${id}`,
};

/** What a workspace has of everything that its plan counts. */
export type Used = Readonly<Record<CountedLimit, number>>;

/** Plans of workspaces, and what they are measured by. */
export class PrismaPlanStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async planOf(workspaceId: string, statements: Statements = this.#database): Promise<PlanName | null> {
    const row = await statements.workspace.findUnique({
      where: { id: workspaceId, closedAt: null },
      select: { plan: true },
    });
    return (row?.plan as PlanName | undefined) ?? null; // a check of the table
  }

  /** Of these workspaces, closed or not; what is not there is left out. */
  async plansOf(ids: readonly string[]): Promise<{ workspace_id: string; plan: PlanName }[]> {
    const rows = await this.#database.workspace.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, plan: true },
    });
    return rows.map(({ id, plan }) => ({ workspace_id: id, plan: plan as PlanName })); // a check of the table
  }

  /** Locks the workspace until the transaction ends: whoever counts and adds does so alone. `null`: closed. */
  async lock(transaction: Transaction, workspaceId: string): Promise<PlanName | null> {
    const [row] = await transaction.$queryRaw<{ plan: PlanName }[]>`
      SELECT plan FROM workspace WHERE id = ${workspaceId} AND closed_at IS NULL FOR NO KEY UPDATE`;
    return row?.plan ?? null;
  }

  /** Locks the account, and reads the greatest plan among the workspaces it is a member of. */
  async lockAccount(transaction: Transaction, accountId: string): Promise<PlanName> {
    await transaction.$queryRaw`SELECT FROM account WHERE id = ${accountId} FOR NO KEY UPDATE`;
    const [row] = await transaction.$queryRaw<{ plan: PlanName }[]>`
      SELECT workspace.plan FROM member JOIN workspace ON workspace.id = member.workspace_id
      WHERE member.account_id = ${accountId} AND workspace.closed_at IS NULL
      ORDER BY array_position(ARRAY['free', 'pro', 'business'], workspace.plan) DESC LIMIT 1`;
    return row?.plan ?? 'free';
  }

  async setPlan(transaction: Transaction, workspaceId: string, plan: PlanName): Promise<void> {
    await transaction.workspace.update({ where: { id: workspaceId }, data: { plan, updatedAt: new Date() } });
  }

  /** How many of these a workspace has. */
  async count(
    workspaceId: string,
    limit: CountedLimit,
    statements: Statements = this.#database,
  ): Promise<number> {
    const [row] = await statements.$queryRaw<{ count: number }[]>(counting[limit](workspaceId));
    return row?.count ?? 0;
  }

  async used(workspaceId: string, statements: Statements = this.#database): Promise<Used> {
    const figures: [CountedLimit, number][] = [];
    for (const limit of countedLimits)
      figures.push([limit, await this.count(workspaceId, limit, statements)]);
    return Object.fromEntries(figures) as Record<CountedLimit, number>;
  }

  /** Tokens of an account that are pinned to no workspace. */
  async accountWideTokens(transaction: Transaction, accountId: string): Promise<number> {
    const [row] = await transaction.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM access_token WHERE account_id = ${accountId} AND workspace_id IS NULL
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
    return row?.count ?? 0;
  }

  /** How many keys of the kind `custom` a workspace has. */
  async customKeys(transaction: Transaction, workspaceId: string): Promise<number> {
    return transaction.accessToken.count({
      where: {
        workspaceId,
        kind: 'custom',
        revokedAt: null,
        OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
      },
    });
  }
}
