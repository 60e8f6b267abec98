import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { roleAllows } from '@pcft/policy';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaSettingsStore } from './prisma-settings-store.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

export interface SettingsPorts {
  readonly settings: PrismaSettingsStore;
  readonly changes: ChangeCommitter;
}

/** What changes; what is not named stays. */
export type SettingsChange = { readonly [K in keyof WorkspaceSettings]?: WorkspaceSettings[K] | undefined };

/**
 * Changes settings of a workspace. Where they take reach from PATs that exist, no service accepts those any more when
 * this resolves, also when the call before said the same and its answer was lost.
 *
 * @throws Fault `not-found`
 */
export async function updateWorkspaceSettings(
  { settings, changes }: SettingsPorts,
  workspaceId: string,
  change: SettingsChange,
  audit: CallAudit,
): Promise<WorkspaceSettings> {
  return changes.commit(async (transaction) => {
    const before = await settings.lock(transaction, workspaceId);
    if (!before) throw new Fault('not-found');
    const { maxTokenLifetimeSeconds: lifetime, whoMayMint, leakedTokenAction } = change;
    const after: WorkspaceSettings = {
      maxTokenLifetimeSeconds: lifetime === undefined ? before.maxTokenLifetimeSeconds : lifetime,
      whoMayMint: whoMayMint ?? before.whoMayMint,
      leakedTokenAction: leakedTokenAction ?? before.leakedTokenAction,
    };
    await settings.update(transaction, workspaceId, after);
    await audit.commit(transaction, {
      target: { type: 'workspace', id: workspaceId },
      changes: { before: said(before), after: said(after) },
    });
    return {
      result: after,
      invalidates: [{ kind: 'workspace', id: workspaceId }],
      narrows: narrows(before, change),
    };
  });
}

function narrows(
  before: WorkspaceSettings,
  { maxTokenLifetimeSeconds: lifetime, whoMayMint }: SettingsChange,
) {
  const shorter = typeof lifetime === 'number' && lifetime <= (before.maxTokenLifetimeSeconds ?? Infinity);
  return shorter || (whoMayMint !== undefined && roleAllows(whoMayMint, before.whoMayMint));
}

function said({ maxTokenLifetimeSeconds, whoMayMint, leakedTokenAction }: WorkspaceSettings) {
  return {
    max_token_lifetime_seconds: maxTokenLifetimeSeconds,
    who_may_mint: whoMayMint,
    leaked_token_action: leakedTokenAction,
  };
}
