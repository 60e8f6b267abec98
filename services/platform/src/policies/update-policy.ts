import { Fault, invalid } from '@pcft/errors';
import type { CallAudit } from '@pcft/http';
import { POLICY_LIMITS, type Statement } from '@pcft/policy';
import type { Transaction } from '../database.ts';
import { nameTaken, type PolicyEditor, type PolicyPorts } from './create-policy.ts';
import {
  assertReadableStatements,
  assertWithin,
  lockGrantor,
  mostEffectiveCharacters,
  type Grantor,
} from './grant-bounds.ts';
import type { ManagedPolicy } from './managed-policy.ts';

export interface PolicyUpdate {
  readonly name: string | null;
  readonly description: string | null;
  /** Become a new version. */
  readonly statements: readonly Statement[] | null;
  /** Becomes current again. */
  readonly version: number | null;
  /** Nothing is changed unless this is the current one. */
  readonly expectedVersion: number | null;
}

/** Versions of one policy: nobody fills the database by editing. */
export const mostVersions = 1_000;

/**
 * Changes a managed policy. When its statements change, no service decides by the old ones for any token or role when
 * this resolves: every cached answer rests on the workspace, so one row of the log voids them all.
 *
 * @throws Fault `validation`, `not-found`, `policy-too-wide`, `conflict`
 */
export async function updatePolicy(
  ports: PolicyPorts,
  { principal, workspaceId }: PolicyEditor,
  id: string,
  update: PolicyUpdate,
  audit: CallAudit,
): Promise<ManagedPolicy> {
  const { policies, tokens, workspaces, changes } = ports;
  assertMeaningful(update);
  return changes.commit(async (transaction) => {
    if (!(await workspaces.lockOpen(transaction, workspaceId))) throw new Fault('not-found');
    const grantor = await lockGrantor(tokens, transaction, principal, workspaceId);
    const before = await policies.lock(transaction, id, workspaceId);
    if (!before) throw new Fault('not-found');
    assertExpected(update.expectedVersion, before.version);
    const { name, description } = update;
    if (name !== null && (await policies.isNameTaken(transaction, workspaceId, name, id))) throw nameTaken();
    const version = await versionAfter(ports, transaction, before, update, {
      grantor,
      createdBy: principal.accountId ?? '',
    });
    await policies.update(transaction, id, {
      name: name ?? before.name,
      description: description ?? before.description,
      version,
    });
    if (version !== before.version) await assertNobodyHasTooMuch(ports, transaction, id);
    const result = await policies.find(id, workspaceId, transaction);
    if (!result) throw new Error('the policy is gone');
    await audit.commit(transaction, {
      target: { type: 'policy', id },
      metadata: { name: result.name, version, tokens: result.tokens, roles: result.roles },
      changes: { before: said(before), after: said(result) },
    });
    // A wider policy is waited for as well: telling the two apart could be wrong, and waiting cannot.
    const narrows = version !== before.version;
    return { result, invalidates: [{ kind: 'workspace', id: workspaceId }], narrows };
  });
}

function assertMeaningful({ name, description, statements, version }: PolicyUpdate): void {
  if (statements !== null && version !== null)
    throw invalid('version', 'must not stand beside statements: they become a version of their own');
  if (name === null && description === null && statements === null && version === null)
    throw invalid('statements', 'nothing is to be changed');
  if (statements) assertReadableStatements(statements, 'statements');
}

/** @throws Fault `conflict` */
export function assertExpected(expected: number | null, current: number): void {
  if (expected === null || expected === current) return;
  throw new Fault('conflict', {
    message: 'It was changed in the meantime',
    details: [{ field: 'expected_version', reason: `the current version is ${current}` }],
  });
}

/** Writes the new version, or finds the old one that is to be current again. Either is within the editor's bounds. */
async function versionAfter(
  { policies }: PolicyPorts,
  transaction: Transaction,
  before: ManagedPolicy,
  { statements, version }: PolicyUpdate,
  { grantor, createdBy }: { readonly grantor: Grantor; readonly createdBy: string },
): Promise<number> {
  if (statements) {
    assertWithin(statements, grantor, (statement) => `statements[${statement}]`);
    const latest = await policies.latestVersion(transaction, before.id);
    if (latest >= mostVersions)
      throw new Fault('conflict', {
        details: [{ field: 'statements', reason: `a policy has at most ${mostVersions} versions` }],
      });
    await policies.addVersion(transaction, before.id, { version: latest + 1, statements, createdBy });
    return latest + 1;
  }
  if (version === null || version === before.version) return before.version;
  const older = await policies.findVersion(before.id, version, transaction);
  if (!older) throw invalid('version', 'is no version of this policy');
  assertWithin(older.statements, grantor, (statement) => `version (statement ${statement})`);
  return version;
}

/** A token or role that names several policies may be full already. */
async function assertNobodyHasTooMuch(
  { policies }: PolicyPorts,
  transaction: Transaction,
  id: string,
): Promise<void> {
  const { statements, characters } = await policies.largestUse(transaction, id);
  if (statements <= POLICY_LIMITS.statements && characters <= mostEffectiveCharacters) return;
  const reason = `a PAT or role that names the policy would have ${statements} statements and ${characters} characters in all; at most ${POLICY_LIMITS.statements} and ${mostEffectiveCharacters} are possible`;
  throw new Fault('conflict', {
    message: 'The policy is too large for what names it',
    details: [{ field: 'statements', reason }],
  });
}

function said({ name, description, version, statements }: ManagedPolicy): Record<string, unknown> {
  return { name, description, version, statements };
}
