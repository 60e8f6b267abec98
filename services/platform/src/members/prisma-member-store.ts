import type { Role } from '@pcft/policy';
import type { Database, Statements, Transaction } from '../database.ts';
import type { Member } from '../workspaces/prisma-workspace-store.ts';

/** Memberships one by one. Whoever changes them has locked the workspace first, so their number is certain. */
export class PrismaMemberStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(
    id: string,
    workspaceId: string,
    statements: Statements = this.#database,
  ): Promise<Member | null> {
    const row = await statements.member.findFirst({
      where: { id, workspaceId },
      include: {
        account: { select: { email: true, fullName: true } },
        customRole: { select: { id: true, name: true } },
      },
    });
    if (!row) return null;
    const { accountId, role, customRole, createdAt, account } = row;
    // The role is a check of the table.
    return {
      id,
      accountId,
      email: account.email,
      fullName: account.fullName,
      role: role as Role,
      customRole,
      createdAt,
    };
  }

  async roleOf(
    accountId: string,
    workspaceId: string,
    statements: Statements = this.#database,
  ): Promise<Role | null> {
    const row = await statements.member.findFirst({ where: { accountId, workspaceId } });
    return (row?.role as Role | undefined) ?? null;
  }

  async countOwners(transaction: Transaction, workspaceId: string): Promise<number> {
    return transaction.member.count({ where: { workspaceId, role: 'owner' } });
  }

  /** `roleId`: of a custom role, whose base is `role`. */
  async setRole(
    transaction: Transaction,
    id: string,
    { role, roleId }: { readonly role: Role; readonly roleId: string | null },
  ): Promise<void> {
    await transaction.member.update({ where: { id }, data: { role, roleId, updatedAt: new Date() } });
  }

  /**
   * Ends a membership and revokes for good what the account has minted for this workspace only. Whoever mints holds the
   * membership's row, so the second statement sees every token.
   *
   * @returns the tokens it revoked
   */
  async remove(transaction: Transaction, { id, accountId }: Member, workspaceId: string): Promise<string[]> {
    await transaction.member.delete({ where: { id } });
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      WITH pinned AS (
        SELECT id FROM access_token
        WHERE account_id = ${accountId} AND workspace_id = ${workspaceId} AND revoked_at IS NULL
        ORDER BY cardinality(ancestor_ids), id FOR UPDATE
      )
      UPDATE access_token AS token SET revoked_at = now(), updated_at = now()
      FROM pinned WHERE token.id = pinned.id RETURNING token.id`;
    return rows.map((row) => row.id);
  }
}
