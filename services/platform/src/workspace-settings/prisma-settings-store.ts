import type { Role } from '@pcft/policy';
import type { Database, Statements, Transaction } from '../database.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

export type SettingsRow = WorkspaceSettings & { readonly mode: 'live' | 'test' };

/** The settings of workspaces that are open. */
export class PrismaSettingsStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(workspaceId: string, statements: Statements = this.#database): Promise<SettingsRow | null> {
    const row = await statements.workspace.findUnique({ where: { id: workspaceId, closedAt: null } });
    if (!row) return null;
    // All three are checks of the table.
    return {
      maxTokenLifetimeSeconds: row.maxTokenLifetimeSeconds,
      whoMayMint: row.whoMayMint as Role,
      leakedTokenAction: row.leakedTokenAction as SettingsRow['leakedTokenAction'],
      mode: row.mode as SettingsRow['mode'],
    };
  }

  /** Locks the workspace: nobody changes them until the transaction ends. `null`: closed. */
  async lock(transaction: Transaction, workspaceId: string): Promise<SettingsRow | null> {
    const [row] = await transaction.$queryRaw<SettingsRow[]>`
      SELECT max_token_lifetime_seconds AS "maxTokenLifetimeSeconds", who_may_mint AS "whoMayMint",
             leaked_token_action AS "leakedTokenAction", mode
      FROM workspace WHERE id = ${workspaceId} AND closed_at IS NULL FOR NO KEY UPDATE`;
    return row ?? null;
  }

  async update(transaction: Transaction, workspaceId: string, settings: WorkspaceSettings): Promise<void> {
    const { maxTokenLifetimeSeconds, whoMayMint, leakedTokenAction } = settings;
    await transaction.workspace.update({
      where: { id: workspaceId },
      data: { maxTokenLifetimeSeconds, whoMayMint, leakedTokenAction, updatedAt: new Date() },
    });
  }
}
