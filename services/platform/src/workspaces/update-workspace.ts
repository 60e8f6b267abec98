import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { slugTaken } from './create-workspace.ts';
import type { PrismaWorkspaceStore, Workspace } from './prisma-workspace-store.ts';

/**
 * Renames a workspace. The slug it had stays its alias.
 *
 * @throws Fault `not-found`, `conflict` when the slug is or was another workspace's, or it has had too many
 */
export async function updateWorkspace(
  ports: { readonly workspaces: PrismaWorkspaceStore; readonly changes: ChangeCommitter },
  id: string,
  change: { readonly slug: string | null; readonly displayName: string | null },
  audit: CallAudit,
): Promise<Workspace> {
  const { workspaces, changes } = ports;
  return changes.commit(async (transaction) => {
    const before = await workspaces.lockOpen(transaction, id);
    if (!before) throw new Fault('not-found');
    const slug = change.slug ?? before.slug;
    if (slug !== before.slug) {
      const outcome = await workspaces.addSlug(transaction, id, slug);
      if (outcome === 'taken') throw slugTaken();
      if (outcome === 'too-many')
        throw new Fault('conflict', {
          details: [{ field: 'slug', reason: 'the workspace has had too many slugs; take up one of those' }],
        });
    }
    const displayName = change.displayName ?? before.displayName;
    const result = await workspaces.update(transaction, id, { slug, displayName });
    await audit.commit(transaction, {
      target: { type: 'workspace', id },
      changes: { before: said(before), after: said(result) },
    });
    return { result, invalidates: [{ kind: 'workspace', id }], narrows: false };
  });
}

function said({ slug, displayName }: Workspace): Record<string, unknown> {
  return { slug, display_name: displayName };
}
