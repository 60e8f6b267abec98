import { createId } from '@pcft/credentials';
import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import type { Statement } from '@pcft/policy';
import type { Transaction } from '../database.ts';
import type { PrismaInviteStore } from '../invites/prisma-invite-store.ts';
import type { PolicyEditor, PolicyPorts } from '../policies/create-policy.ts';
import {
  assertNotTooMany,
  assertReadableStatements,
  assertRoleWithin,
  lockAttached,
  lockGrantor,
  namingOf,
} from '../policies/grant-bounds.ts';
import { assertExpected } from '../policies/update-policy.ts';
import type { PrismaRoleStore, RoleDraft } from './prisma-role-store.ts';
import { isBuiltInRole, type WorkspaceRole } from './workspace-role.ts';

export interface RolePorts extends PolicyPorts {
  readonly roles: PrismaRoleStore;
  readonly invites: PrismaInviteStore;
}

/** What a role is to be; for a change, `undefined` leaves a member as it is and `null` takes it away. */
export interface RoleInput {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly base?: 'admin' | 'member' | undefined;
  readonly statements?: readonly Statement[] | null | undefined;
  readonly policyIds?: readonly string[] | null | undefined;
}

/**
 * Creates a custom role; nobody has it yet.
 *
 * @throws Fault `validation`, `not-found` for an unknown policy, `policy-too-wide`, `conflict`, and
 * `plan-limit-reached`
 */
export async function createRole(
  ports: RolePorts,
  editor: PolicyEditor,
  input: RoleInput & { readonly name: string; readonly base: 'admin' | 'member' },
  audit: CallAudit,
): Promise<WorkspaceRole> {
  const { roles, planLimits, changes } = ports;
  const { workspaceId } = editor;
  if (input.statements) assertReadableStatements(input.statements, 'statements');
  const draft: RoleDraft = {
    id: createId('rol_'),
    workspaceId,
    name: input.name,
    description: input.description ?? '',
    base: input.base,
    statements: input.statements ?? [],
    policyIds: input.policyIds ?? [],
  };
  return changes.commit(async (transaction) => {
    await planLimits.assertRoom(transaction, workspaceId, 'custom_roles');
    await assertGrantable(ports, transaction, editor, draft);
    await assertNameFree(roles, transaction, draft);
    await roles.insert(transaction, draft);
    const result = await roles.find(draft.id, workspaceId, transaction);
    if (!result) throw new Error('the role was not inserted');
    await audit.commit(transaction, {
      target: { type: 'role', id: draft.id },
      metadata: { name: draft.name },
      changes: { before: null, after: said(result) },
    });
    return { result, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: false };
  });
}

/**
 * Changes a custom role. When this resolves, no service decides by what it was, for nobody who has it.
 *
 * @throws Fault `validation`, `not-found`, `policy-too-wide`, `conflict`
 */
export async function updateRole(
  ports: RolePorts,
  editor: PolicyEditor,
  reference: string,
  { expectedVersion, ...input }: RoleInput & { readonly expectedVersion: number | null },
  audit: CallAudit,
): Promise<WorkspaceRole> {
  const { roles, workspaces, changes } = ports;
  const { workspaceId } = editor;
  assertChangeable(reference);
  if (Object.values(input).every((value) => value === undefined))
    throw invalid('name', 'nothing is to be changed');
  if (input.statements) assertReadableStatements(input.statements, 'statements');
  return changes.commit(async (transaction) => {
    if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
    const before = await roles.find(reference, workspaceId, transaction);
    if (!before) throw new Fault('not-found');
    assertExpected(expectedVersion, before.version);
    const draft: RoleDraft = {
      id: before.id,
      workspaceId,
      name: input.name ?? before.name,
      description: input.description ?? before.description,
      base: input.base ?? before.base,
      statements: input.statements === undefined ? before.statements : (input.statements ?? []),
      policyIds: input.policyIds === undefined ? before.policyIds : (input.policyIds ?? []),
    };
    // Who could not have made it as it was does not change it for others either.
    const grantor = await lockGrantor(ports.tokens, transaction, editor.principal, workspaceId);
    assertRoleWithin({ base: before.base, statements: before.inForce }, grantor, () => 'role');
    await assertGrantable(ports, transaction, editor, draft);
    await assertNameFree(roles, transaction, draft);
    await roles.update(transaction, draft);
    const result = await roles.find(draft.id, workspaceId, transaction);
    if (!result) throw new Error('the role is gone');
    await audit.commit(transaction, {
      target: { type: 'role', id: draft.id },
      metadata: { name: draft.name, members: result.members },
      changes: { before: said(before), after: said(result) },
    });
    return { result, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: true };
  });
}

/**
 * Deletes a custom role that nobody has or is invited to.
 *
 * @throws Fault `not-found`, `conflict` with how many have it, or are invited to it
 */
export async function deleteRole(
  { roles, invites, workspaces, changes }: RolePorts,
  { workspaceId }: Pick<PolicyEditor, 'workspaceId'>,
  reference: string,
  audit: CallAudit,
): Promise<void> {
  assertChangeable(reference);
  await changes.commit(async (transaction) => {
    if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
    const before = await roles.find(reference, workspaceId, transaction);
    if (!before) throw new Fault('not-found');
    if (before.members > 0) throw conflict('role', `${before.members} members have it`, 'The role is in use');
    const invited = await invites.countOpenFor(transaction, before.id);
    if (invited > 0) throw conflict('role', `${invited} open invites give it`, 'The role is in use');
    await roles.remove(transaction, before.id);
    await audit.commit(transaction, {
      target: { type: 'role', id: before.id },
      metadata: { name: before.name },
      changes: { before: said(before), after: null },
    });
    return { result: undefined, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows: false };
  });
}

/** What the role would allow is something, readable in one go, and no more than its author has. */
async function assertGrantable(
  { policies, tokens }: RolePorts,
  transaction: Transaction,
  { principal, workspaceId }: PolicyEditor,
  { base, statements, policyIds }: RoleDraft,
): Promise<void> {
  if (statements.length + policyIds.length === 0)
    throw invalid('statements', 'a custom role has statements or policy_ids');
  const grantor = await lockGrantor(tokens, transaction, principal, workspaceId);
  const attached = await lockAttached(policies, transaction, policyIds, workspaceId);
  const inForce = [...statements, ...attached.flatMap((each) => each.statements)];
  assertNotTooMany(inForce, policyIds.length > 0 ? 'policy_ids' : 'statements');
  const name = namingOf('statements', statements.length, attached);
  assertRoleWithin({ base, statements: inForce }, grantor, name);
}

async function assertNameFree(
  roles: PrismaRoleStore,
  transaction: Transaction,
  { id, name, workspaceId }: RoleDraft,
): Promise<void> {
  const other = isBuiltInRole(name) ? name : await roles.find(name, workspaceId, transaction);
  if (other === null || (typeof other !== 'string' && other.id === id)) return;
  throw conflict('name', 'is taken in this workspace', 'The name is taken');
}

function assertChangeable(reference: string): void {
  if (isBuiltInRole(reference)) throw conflict('role', `${reference} is built in and does not change`);
}

function conflict(field: string, reason: string, message?: string): Fault {
  return new Fault('conflict', { details: [{ field, reason }], ...(message && { message }) });
}

function said({ name, description, base, statements, policyIds }: WorkspaceRole): Record<string, unknown> {
  return { name, description, base, statements, policy_ids: policyIds };
}
