import type { Role } from '@pcft/policy';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Database, Statements, Transaction } from '../database.ts';
import { effectiveStatements } from '../policies/effective-statements.ts';
import { jsonOf } from '../policies/prisma-policy-store.ts';
import type { Window } from '../workspaces/prisma-workspace-store.ts';
import type { WorkspaceRole } from './workspace-role.ts';

export type RoleDraft = Pick<
  WorkspaceRole,
  'id' | 'workspaceId' | 'name' | 'description' | 'base' | 'statements' | 'policyIds'
>;

const selection = Prisma.sql`
  SELECT role.id, role.workspace_id AS "workspaceId", role.name, role.description, role.base, role.statements,
         role.policy_ids AS "policyIds", role.version,
         ${effectiveStatements(Prisma.sql`role.statements`, Prisma.sql`role.policy_ids`)} AS "inForce",
         (SELECT count(*)::int FROM member WHERE member.role_id = role.id) AS members,
         role.created_at AS "createdAt", role.updated_at AS "updatedAt"
  FROM workspace_role AS role`;

/** Custom roles. Whoever changes or gives them has locked the workspace first. */
export class PrismaRoleStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By id or name. `null`: absent, or another workspace's. */
  async find(
    reference: string,
    workspaceId: string,
    statements: Statements = this.#database,
  ): Promise<WorkspaceRole | null> {
    // No name looks like an id: it holds no underscore.
    const [row] = await statements.$queryRaw<WorkspaceRole[]>`
      ${selection} WHERE role.workspace_id = ${workspaceId} AND (role.id = ${reference} OR role.name = ${reference})`;
    return row ?? null;
  }

  /** The role of an account: its base, and the custom one that cuts it. `null`: no member. */
  async ofAccount(
    accountId: string,
    workspaceId: string,
  ): Promise<{ readonly base: Role; readonly custom: WorkspaceRole | null } | null> {
    const member = await this.#database.member.findFirst({ where: { accountId, workspaceId } });
    if (!member) return null;
    const custom = member.roleId === null ? null : await this.find(member.roleId, workspaceId);
    // Deleted or left in between: no role at all is the narrow answer.
    if (member.roleId !== null && custom === null) return null;
    return { base: member.role as Role, custom }; // a check of the table
  }

  /** Oldest first; items and total of one moment. */
  async page(
    workspaceId: string,
    { limit, offset }: Window,
  ): Promise<{ items: WorkspaceRole[]; total: number }> {
    const [items, total] = await this.#database.$transaction(
      [
        this.#database.$queryRaw<WorkspaceRole[]>`
          ${selection} WHERE role.workspace_id = ${workspaceId}
          ORDER BY role.created_at, role.id LIMIT ${limit} OFFSET ${offset}`,
        this.#database.workspaceRole.count({ where: { workspaceId } }),
      ],
      { isolationLevel: 'RepeatableRead' },
    );
    return { items, total };
  }

  /** Members who have each of the built-in roles. */
  async countBuiltIn(workspaceId: string): Promise<Map<string, number>> {
    const rows = await this.#database.member.groupBy({
      by: ['role'],
      where: { workspaceId, roleId: null },
      _count: true,
    });
    return new Map(rows.map(({ role, _count }) => [role, _count]));
  }

  async insert(transaction: Transaction, draft: RoleDraft): Promise<void> {
    await transaction.workspaceRole.create({
      data: { ...draft, statements: jsonOf(draft.statements), policyIds: [...draft.policyIds] },
    });
  }

  /** Members who have it get its new base with it. */
  async update(transaction: Transaction, { id, ...role }: RoleDraft): Promise<void> {
    const { name, description, base, statements, policyIds } = role;
    await transaction.workspaceRole.update({
      where: { id },
      data: {
        name,
        description,
        base,
        statements: jsonOf(statements),
        policyIds: [...policyIds],
        version: { increment: 1 },
        updatedAt: new Date(),
      },
    });
    await transaction.member.updateMany({
      where: { roleId: id, role: { not: base } },
      data: { role: base, updatedAt: new Date() },
    });
  }

  async remove(transaction: Transaction, id: string): Promise<void> {
    await transaction.workspaceRole.delete({ where: { id } });
  }
}
