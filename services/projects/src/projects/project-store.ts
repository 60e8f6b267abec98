import type { TransactionClient } from '@pcft/events';

/** A work object of one workspace. */
export interface Project {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  /** The account that created it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Writes the audit row of a change into the change's own transaction. */
export type Commit = (transaction: TransactionClient, before: Project | null) => Promise<void>;

/** Which project: of another workspace is as good as absent. */
export type ProjectKey = Pick<Project, 'id' | 'workspaceId'>;

export interface ProjectStore {
  create(draft: Pick<Project, 'id' | 'workspaceId' | 'name' | 'createdBy'>, commit: Commit): Promise<Project>;
  /** Oldest first; items and total are of one moment. */
  list(
    workspaceId: string,
    window: { readonly limit: number; readonly offset: number },
  ): Promise<{ items: Project[]; total: number }>;
  find(key: ProjectKey): Promise<Project | null>;
  /** `null`: there is none, and nothing was written. */
  rename(key: ProjectKey, name: string, commit: Commit): Promise<Project | null>;
  /** `false`: there is none, and nothing was written. */
  delete(key: ProjectKey, commit: Commit): Promise<boolean>;
}
