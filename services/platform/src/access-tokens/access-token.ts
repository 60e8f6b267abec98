import type { Conditions, Statement } from '@pcft/policy';

/** A PAT as it is kept: everything but its secret. */
export interface AccessToken {
  readonly id: string;
  readonly accountId: string;
  /** The workspace it is pinned to. */
  readonly workspaceId: string | null;
  /** The PATs it was minted with, the parent last. */
  readonly ancestorIds: readonly string[];
  readonly name: string;
  readonly tokenPrefix: string;
  readonly lastFour: string;
  readonly kind: string | null;
  readonly scopes: readonly string[] | null;
  /** In force now: its own, then those of its policies. */
  readonly statements: readonly Statement[];
  /** Managed policies it names. */
  readonly policyIds: readonly string[];
  readonly conditions: Conditions | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Its own end, or the one that its workspace's maximum lifetime sets. */
  readonly expiresAt: Date | null;
  /** When the first token of its family was minted. */
  readonly firstCreatedAt: Date;
  readonly revokedAt: Date | null;
  /** With its ancestors' state, by the database's clock. */
  readonly status: 'active' | 'disabled' | 'expired';
  readonly lastUsedAt: Date | null;
  readonly lastUsedIp: string | null;
  readonly lastUsedService: string | null;
  /** `null`: it has the secret it was minted with. */
  readonly rotatedAt: Date | null;
}

/** A change to a pinned PAT stands in the log of its workspace, whichever surface it came by. */
export function logOf({ workspaceId }: Pick<AccessToken, 'workspaceId'>): { log?: string } {
  return workspaceId === null ? {} : { log: workspaceId };
}
