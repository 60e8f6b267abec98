import { Fault, invalid } from '@pcft/errors';
import { roleAllows, type Role } from '@pcft/policy';
import type { WorkspaceSettings } from '../workspace-settings/workspace-settings.ts';

/** @throws Fault `role-denied` when the workspace lets only higher roles mint */
export function assertMayMint({ whoMayMint }: Pick<WorkspaceSettings, 'whoMayMint'>, role: Role): void {
  if (roleAllows(role, whoMayMint)) return;
  const action = 'workspace.api-key.create';
  const reason = `${action} is needed; denied by the workspace's who_may_mint: the role ${whoMayMint} is needed, yours is ${role}`;
  throw new Fault('role-denied', {
    message: `In this workspace only the role ${whoMayMint} and above may mint tokens`,
    details: [{ field: 'policy', reason }],
    headers: { 'X-Required-Action': action },
  });
}

/**
 * What is minted ends in time. A child may leave it out: it ends with its parent, which does.
 *
 * @throws Fault `validation` naming the field and the most that it may say
 */
export function assertLifetime(
  { maxTokenLifetimeSeconds: most }: Pick<WorkspaceSettings, 'maxTokenLifetimeSeconds'>,
  { field, ttlSeconds, isChild }: { field: string; ttlSeconds: number | null; isChild: boolean },
): void {
  if (most === null || (ttlSeconds === null && isChild)) return;
  if (ttlSeconds === null)
    throw invalid(
      field,
      `is required in this workspace, which lets no token live longer than ${most} seconds`,
    );
  if (ttlSeconds > most)
    throw invalid(field, `must be at most ${most}, the workspace's max_token_lifetime_seconds`);
}
