import { roleAllows, type Role } from '@pcft/policy';

/** What a workspace says of the PATs that reach it. */
export interface WorkspaceSettings {
  /** From a PAT's creation on; `null`: no such end. */
  readonly maxTokenLifetimeSeconds: number | null;
  /** The lowest role that may mint. */
  readonly whoMayMint: Role;
  readonly leakedTokenAction: 'revoke' | 'quarantine';
}

/** Until when a PAT that was minted then works in the workspace; `null`: it ends by itself, or never. */
export function lastMoment(
  { maxTokenLifetimeSeconds }: Pick<WorkspaceSettings, 'maxTokenLifetimeSeconds'>,
  mintedAt: Date,
): Date | null {
  return maxTokenLifetimeSeconds === null
    ? null
    : new Date(mintedAt.getTime() + maxTokenLifetimeSeconds * 1000);
}

/**
 * Whether a PAT that is pinned to no workspace reaches this one at all: as long as its account could mint one here.
 * Otherwise minting elsewhere would get around the setting.
 */
export function reachesAccountWide(
  { whoMayMint }: Pick<WorkspaceSettings, 'whoMayMint'>,
  role: Role,
): boolean {
  return roleAllows(role, whoMayMint);
}
