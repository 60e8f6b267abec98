import type { Statement } from '@pcft/policy';

/** A policy of a workspace that tokens and roles name, with the statements of its current version. */
export interface ManagedPolicy {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly statements: readonly Statement[];
  /** PATs that name it and are neither revoked nor expired. */
  readonly tokens: number;
  readonly roles: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a policy said once, for good. */
export interface PolicyVersion {
  readonly policyId: string;
  readonly version: number;
  readonly current: boolean;
  readonly statements: readonly Statement[];
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A policy as tokens and roles use it. */
export interface AttachedPolicy {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly statements: readonly Statement[];
}
