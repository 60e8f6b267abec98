import { memberSubject } from '@pcft/auth';
import { isUniqueViolation } from '@pcft/database';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaWorkspaceStore, Workspace } from './prisma-workspace-store.ts';

/**
 * A workspace whose owner the account becomes.
 *
 * @throws Fault `conflict` when the slug is taken, or was once
 */
export async function createWorkspace(
  ports: { readonly workspaces: PrismaWorkspaceStore; readonly changes: ChangeCommitter },
  input: {
    readonly slug: string;
    readonly displayName: string;
    readonly ownerId: string;
    readonly mode: 'live' | 'test';
  },
  audit: CallAudit,
): Promise<Workspace> {
  const made = ports.changes.commit<Workspace>(async (transaction) => {
    const { slug, displayName, ownerId, mode } = input;
    const workspace = await ports.workspaces.insert(transaction, {
      slugs: [slug],
      displayName,
      ownerId,
      mode,
    });
    if (!workspace) throw slugTaken();
    await audit.commit(transaction, {
      log: workspace.id,
      workspaceId: workspace.id,
      target: { type: 'workspace', id: workspace.id },
      changes: { before: null, after: { slug, display_name: displayName, mode } },
    });
    return {
      result: workspace,
      invalidates: [
        // A second membership makes the implied workspace ambiguous: answers about it rest on the account.
        { kind: 'account', id: ownerId },
        { kind: 'workspace', id: workspace.id },
        { kind: 'member', id: memberSubject(ownerId, workspace.id) },
      ],
      narrows: false,
    };
  });
  try {
    return await made;
  } catch (error) {
    // It became the alias of another workspace at the same moment.
    throw isUniqueViolation(error, 'workspace_slug_pkey') ? slugTaken(error) : error;
  }
}

/** Also for one that is the alias of another workspace. */
export function slugTaken(cause?: unknown): Fault {
  return new Fault('conflict', { details: [{ field: 'slug', reason: 'is taken' }], cause });
}
