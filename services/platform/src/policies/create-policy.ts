import type { Principal } from '@pcft/auth';
import { createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Statement } from '@pcft/policy';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import type { PlanLimits } from '../plans/plan-limits.ts';
import type { PrismaWorkspaceStore } from '../workspaces/prisma-workspace-store.ts';
import { assertReadableStatements, assertWithin, lockGrantor, namingOf } from './grant-bounds.ts';
import type { ManagedPolicy } from './managed-policy.ts';
import type { PrismaPolicyStore } from './prisma-policy-store.ts';

export interface PolicyPorts {
  readonly policies: PrismaPolicyStore;
  readonly tokens: PrismaAccessTokenStore;
  readonly workspaces: PrismaWorkspaceStore;
  readonly planLimits: PlanLimits;
  readonly changes: ChangeCommitter;
}

/** Who changes a policy, and in which workspace. */
export interface PolicyEditor {
  readonly principal: Principal;
  readonly workspaceId: string;
}

/**
 * Creates a managed policy with its first version.
 *
 * @throws Fault `validation`, `policy-too-wide`, `plan-limit-reached`, `conflict` when the name is taken
 */
export async function createPolicy(
  { policies, tokens, planLimits, changes }: PolicyPorts,
  { principal, workspaceId }: PolicyEditor,
  input: { readonly name: string; readonly description: string; readonly statements: readonly Statement[] },
  audit: CallAudit,
): Promise<ManagedPolicy> {
  const { name, statements } = input;
  assertReadableStatements(statements, 'statements');
  const id = createId('pol_');
  return changes.commit(async (transaction) => {
    await planLimits.assertRoom(transaction, workspaceId, 'managed_policies');
    const grantor = await lockGrantor(tokens, transaction, principal, workspaceId);
    assertWithin(statements, grantor, namingOf('statements', statements.length, []));
    if (await policies.isNameTaken(transaction, workspaceId, name, null)) throw nameTaken();
    const createdBy = principal.accountId ?? '';
    await policies.insert(transaction, { ...input, id, workspaceId, createdBy });
    const result = await policies.find(id, workspaceId, transaction);
    if (!result) throw new Error('the policy was not inserted');
    await audit.commit(transaction, {
      target: { type: 'policy', id },
      metadata: { name, version: 1 },
      changes: { before: null, after: { name, statements } },
    });
    // Nothing names it yet; the log wants a row of every change.
    return { result, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: false };
  });
}

export function nameTaken(): Fault {
  return new Fault('conflict', {
    message: 'The name is taken',
    details: [{ field: 'name', reason: 'is taken in this workspace' }],
  });
}
