import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { PolicyEditor, PolicyPorts } from './create-policy.ts';

/**
 * Deletes a managed policy that nothing names. Its row is locked, and whoever attaches it holds it: nothing names it
 * after the count.
 *
 * @throws Fault `not-found`, `conflict` with how many name it
 */
export async function deletePolicy(
  { policies, workspaces, changes }: PolicyPorts,
  { workspaceId }: Pick<PolicyEditor, 'workspaceId'>,
  id: string,
  audit: CallAudit,
): Promise<void> {
  await changes.commit(async (transaction) => {
    if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
    const before = await policies.lock(transaction, id, workspaceId);
    if (!before) throw new Fault('not-found');
    const { tokens, roles, name, version, statements } = before;
    if (tokens + roles > 0)
      throw new Fault('conflict', {
        message: 'The policy is in use',
        details: [{ field: 'policy', reason: `${tokens} tokens and ${roles} roles name it` }],
      });
    await policies.remove(transaction, id);
    await audit.commit(transaction, {
      target: { type: 'policy', id },
      metadata: { name, version },
      changes: { before: { name, statements }, after: null },
    });
    return { result: undefined, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: false };
  });
}
