import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { Closed, PrismaWorkspaceStore } from './prisma-workspace-store.ts';

export interface WorkspaceClosingPorts {
  readonly workspaces: PrismaWorkspaceStore;
  readonly changes: ChangeCommitter;
  /** How long owners may restore it. */
  readonly restoreDays: number;
}

/**
 * Closes a workspace: when this resolves, no service accepts its PATs or knows it any more. Every positive answer about
 * it rests on its own row in the log, those about the workspace an account implies too.
 *
 * @throws Fault `not-found`
 */
export async function closeWorkspace(
  { workspaces, changes, restoreDays }: WorkspaceClosingPorts,
  id: string,
  audit: CallAudit,
): Promise<Closed> {
  return changes.commit(async (transaction) => {
    const before = await workspaces.lockOpen(transaction, id);
    if (!before) throw new Fault('not-found');
    const result = await workspaces.close(transaction, id, restoreDays);
    await audit.commit(transaction, {
      target: { type: 'workspace', id },
      changes: {
        before: { slug: before.slug, closed_at: null },
        after: { slug: before.slug, closed_at: result.closedAt.toISOString() },
      },
    });
    return { result, invalidates: [{ kind: 'workspace', id }], narrows: true };
  });
}
