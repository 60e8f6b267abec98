import type { Transaction } from '../database.ts';

/** A workspace as the end of one of its members concerns it. */
export interface AccountWorkspace {
  readonly id: string;
  readonly slug: string;
  readonly closed: boolean;
  readonly owns: boolean;
  readonly others: number;
  readonly otherOwners: number;
}

/** Takes an account apart. Everything inside one transaction; rows that the log refers to stay, without a person in them. */
export class PrismaAccountErasure {
  /** False when it is closed already. Nothing can be added to it until the transaction ends. */
  async lock(transaction: Transaction, id: string): Promise<boolean> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT FROM account WHERE id = ${id} AND closed_at IS NULL FOR UPDATE`;
    return rows.length === 1;
  }

  /** Its workspaces, locked against every change of their members. */
  async lockWorkspaces(transaction: Transaction, accountId: string): Promise<AccountWorkspace[]> {
    await transaction.$queryRaw`
      SELECT id FROM workspace WHERE id IN (SELECT workspace_id FROM member WHERE account_id = ${accountId})
      ORDER BY id FOR NO KEY UPDATE`;
    return transaction.$queryRaw<AccountWorkspace[]>`
      SELECT workspace.id, workspace.slug, workspace.closed_at IS NOT NULL AS closed,
             bool_or(own.role = 'owner') AS owns,
             (count(*) FILTER (WHERE member.account_id <> ${accountId}))::int AS others,
             (count(*) FILTER (WHERE member.account_id <> ${accountId} AND member.role = 'owner'))::int AS "otherOwners"
      FROM member AS own
      JOIN workspace ON workspace.id = own.workspace_id
      JOIN member ON member.workspace_id = own.workspace_id
      WHERE own.account_id = ${accountId}
      GROUP BY workspace.id ORDER BY workspace.id`;
  }

  /** Ends and forgets. The address and the handle are free again. */
  async erase(
    transaction: Transaction,
    accountId: string,
    closedWorkspaces: readonly string[],
  ): Promise<void> {
    await transaction.$executeRaw`
      UPDATE workspace SET closed_at = now(), updated_at = now(), display_name = 'Deleted' WHERE id = ANY (${[...closedWorkspaces]}::text[])`;
    await transaction.member.deleteMany({ where: { accountId } });
    await transaction.$executeRaw`
      UPDATE access_token SET revoked_at = coalesce(revoked_at, now()), updated_at = now(), name = 'deleted',
                              last_used_ip = NULL
      WHERE account_id = ${accountId}`;
    await transaction.$executeRaw`
      UPDATE session SET ended_at = coalesce(ended_at, now()), ip = NULL, user_agent = NULL
      WHERE account_id = ${accountId}`;
    await transaction.recoveryCode.deleteMany({ where: { accountId } });
    await transaction.signInChallenge.deleteMany({ where: { accountId } });
    await transaction.oneTimeToken.deleteMany({ where: { accountId } });
    // Nobody is left to answer for an invitation that is still open.
    await transaction.$executeRaw`
      UPDATE workspace_invite SET revoked_at = now()
      WHERE invited_by = ${accountId} AND accepted_at IS NULL AND revoked_at IS NULL`;
    await transaction.passkey.deleteMany({ where: { accountId } });
    await transaction.passkeyChallenge.deleteMany({ where: { accountId } });
    await transaction.twoFactor.deleteMany({ where: { accountId } });
    await transaction.$executeRaw`
      UPDATE account SET email = id || '@deleted.invalid', password_hash = NULL, full_name = 'Deleted account',
                         handle = lower(substr(id, 5)), verified_at = NULL, last_login_at = NULL,
                         closed_at = now(), updated_at = now()
      WHERE id = ${accountId}`;
  }
}
