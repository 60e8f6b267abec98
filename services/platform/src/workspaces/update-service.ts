import { workspaceServices } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { ALWAYS_ENABLED_SERVICES } from '@pcft/policy';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PrismaWorkspaceStore } from './prisma-workspace-store.ts';

/**
 * Switches a service of a workspace on or off. Off is complete in every process when this resolves, also when it was
 * off before.
 *
 * @throws Fault `not-found` for an unknown service, `conflict` for one that cannot be disabled
 */
export async function updateService(
  ports: { readonly workspaces: PrismaWorkspaceStore; readonly changes: ChangeCommitter },
  workspaceId: string,
  change: { readonly service: string; readonly enabled: boolean },
  audit: CallAudit,
): Promise<void> {
  const { workspaces, changes } = ports;
  const { service, enabled } = change;
  if (!(workspaceServices as readonly string[]).includes(service)) throw new Fault('not-found');
  if (ALWAYS_ENABLED_SERVICES.includes(service) && !enabled)
    throw new Fault('conflict', { details: [{ field: 'enabled', reason: `${service} cannot be disabled` }] });
  await changes.commit(async (transaction) => {
    if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
    const before = await workspaces.switchService(transaction, workspaceId, change);
    await audit.commit(transaction, {
      target: { type: 'service', id: service },
      changes: { before: { enabled: before }, after: { enabled } },
    });
    return {
      result: undefined,
      invalidates: [{ kind: 'workspace', id: workspaceId }],
      narrows: !enabled,
    };
  });
}
