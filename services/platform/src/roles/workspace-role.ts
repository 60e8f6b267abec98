import type { Statement } from '@pcft/policy';

/** A role that a workspace made for itself. */
export interface WorkspaceRole {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly description: string;
  readonly base: 'admin' | 'member';
  /** Its own. */
  readonly statements: readonly Statement[];
  readonly policyIds: readonly string[];
  /** Its own and those of its policies, as they are now. */
  readonly inForce: readonly Statement[];
  readonly members: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Roles that every workspace has; they cannot be changed. */
export const builtInRoles = ['owner', 'admin', 'member'] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

export function isBuiltInRole(text: string): text is BuiltInRole {
  return (builtInRoles as readonly string[]).includes(text);
}
