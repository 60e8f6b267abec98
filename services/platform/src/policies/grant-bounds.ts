import type { Principal } from '@pcft/auth';
import { actionCatalogue } from '@pcft/contracts';
import { Fault, type FaultDetail } from '@pcft/errors';
import {
  compilePolicy,
  findOutside,
  findTooWide,
  POLICY_LIMITS,
  roleAllows,
  validateStatements,
  type Role,
  type Statement,
} from '@pcft/policy';
import { childPolicy } from '../access-tokens/child-policy.ts';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import type { Transaction } from '../database.ts';
import type { AttachedPolicy } from './managed-policy.ts';
import type { PrismaPolicyStore } from './prisma-policy-store.ts';
import type { RoleCap } from './role-cap.ts';

/** What somebody may grant: no more than their role, and with a PAT no more than the PAT. */
export interface Grantor {
  readonly cap: RoleCap;
  readonly parent: { readonly statements: readonly Statement[] } | null;
}

/** Characters of one policy, and of all that a token or role has; a policy is read on every call. */
export const mostPolicyCharacters = 32_768;
export const mostEffectiveCharacters = 65_536;

/**
 * The caller's role and token as they are now, held until the transaction ends.
 *
 * @throws Fault `not-found` for no member, `api-key-invalid`
 */
export async function lockGrantor(
  tokens: PrismaAccessTokenStore,
  transaction: Transaction,
  { accountId, type, id }: Principal,
  workspaceId: string,
): Promise<Grantor> {
  const cap = await tokens.lockRoleCap(transaction, accountId ?? '', workspaceId);
  if (cap === null) throw new Fault('not-found');
  if (type !== 'pat') return { cap, parent: null };
  const parent = await tokens.lockFamily(transaction, id);
  if (!parent) throw new Fault('api-key-invalid');
  return { cap, parent };
}

/** @throws Fault `validation` pointing at each thing that cannot be read; needs no database */
export function assertReadableStatements(statements: readonly Statement[], field: string): void {
  const faults: FaultDetail[] = validateStatements(statements, actionCatalogue, field);
  if (JSON.stringify(statements).length > mostPolicyCharacters)
    faults.push({ field, reason: `must hold at most ${mostPolicyCharacters} characters` });
  const [first] = faults;
  if (first) throw new Fault('validation', { message: `${first.field}: ${first.reason}`, details: faults });
}

/**
 * Where statements stand in a request, for the fault that points at one of them: those of a managed policy are named
 * by its place in the list.
 */
export type Naming = (statement: number) => string;

/**
 * Refuses statements that grant what their author does not have.
 *
 * @throws Fault `policy-too-wide` naming the statement
 */
export function assertWithin(statements: readonly Statement[], { cap, parent }: Grantor, name: Naming): void {
  const above = findTooWide(statements, cap.base, actionCatalogue);
  if (above) {
    const { statement, action, lowestRole } = above;
    throw tooWide(
      name(statement),
      `grants ${action}, which needs the role ${lowestRole}; yours is ${cap.base}`,
    );
  }
  assertWithinStatements(statements, cap.statements, cap.base, name);
  const bounded = parent && childPolicy(statements, parent.statements);
  if (bounded && 'wider' in bounded) {
    const { statement, reason } = bounded.wider;
    throw tooWide(name(statement), reason, 'The policy grants more than the token it is granted with');
  }
}

/**
 * Refuses to give a role that is wider than the giver's own. Its base caps it, so its statements are compared only as
 * far as the base reaches.
 *
 * @throws Fault `policy-too-wide`
 */
export function assertRoleWithin(role: RoleCap, { cap, parent }: Grantor, name: Naming): void {
  const wider = findWider(role, cap);
  if (wider) throw tooWide(wider.statement === null ? 'base' : name(wider.statement), wider.reason);
  const bounded = parent && childPolicy(statementsOf(role), parent.statements);
  if (bounded && 'wider' in bounded) {
    const { statement, reason } = bounded.wider;
    throw tooWide(name(statement), reason, 'The role grants more than the token it is granted with');
  }
}

/** Where a role is wider than another one; `statement` is `null` where its base is. */
export function findWider(
  role: RoleCap,
  own: RoleCap,
): { readonly statement: number | null; readonly reason: string } | null {
  if (!roleAllows(own.base, role.base)) {
    const reason = `the role ${role.base} is wider than yours, which is ${own.base}`;
    return { statement: null, reason };
  }
  return findOutsideRole(statementsOf(role), own.statements, role.base);
}

function statementsOf({ statements }: RoleCap): readonly Statement[] {
  return statements ?? [{ effect: 'allow', actions: ['*'], resources: ['*'] }];
}

/** What a custom role does not allow cannot be granted by who has it. */
export function assertWithinStatements(
  statements: readonly Statement[],
  bound: readonly Statement[] | null,
  base: Role,
  name: Naming,
): void {
  const outside = findOutsideRole(statements, bound, base);
  if (outside) throw tooWide(name(outside.statement), outside.reason);
}

function findOutsideRole(
  statements: readonly Statement[],
  bound: readonly Statement[] | null,
  base: Role,
): { readonly statement: number; readonly reason: string } | null {
  if (bound === null) return null;
  const reachable = actionCatalogue.filter(({ lowestRole }) => roleAllows(base, lowestRole));
  const outside = findOutside(statements, compilePolicy(bound), reachable);
  if (!outside) return null;
  const { statement, action, resource } = outside;
  return { statement, reason: `grants ${action} on ${resource}, which your role does not allow` };
}

function tooWide(field: string, reason: string, message?: string): Fault {
  return new Fault('policy-too-wide', { details: [{ field, reason }], ...(message && { message }) });
}

/** Inline statements stand in `field`, those behind them in the policies of `policy_ids`. */
export function namingOf(field: string, inline: number, attached: readonly AttachedPolicy[]): Naming {
  return (statement) => {
    if (statement < inline) return `${field}[${statement}]`;
    const { index, policy, at } = sourceOf(statement - inline, attached);
    return `policy_ids[${index}] (${policy.id} statement ${at})`;
  };
}

/** Which of several policies, one behind the other, holds a statement. */
export function sourceOf(
  statement: number,
  attached: readonly AttachedPolicy[],
): { readonly index: number; readonly policy: AttachedPolicy; readonly at: number } {
  let at = statement;
  for (const [index, policy] of attached.entries()) {
    if (at < policy.statements.length) return { index, policy, at };
    at -= policy.statements.length;
  }
  throw new RangeError('no such statement');
}

/**
 * The policies that are to be attached, held as they are. Foreign and unknown ones look alike.
 *
 * @throws Fault `not-found`
 */
export async function lockAttached(
  policies: PrismaPolicyStore,
  transaction: Transaction,
  ids: readonly string[],
  workspaceId: string,
): Promise<AttachedPolicy[]> {
  const attached = await policies.lockForUse(transaction, ids, workspaceId);
  const missing = ids.findIndex((id) => !attached.some((policy) => policy.id === id));
  if (missing === -1) return attached;
  throw new Fault('not-found', {
    details: [{ field: `policy_ids[${missing}]`, reason: 'is no policy of the workspace' }],
  });
}

/**
 * All that a token or a role would have, inline and attached.
 *
 * @throws Fault `validation`
 */
export function assertNotTooMany(statements: readonly Statement[], field: string): void {
  if (
    statements.length <= POLICY_LIMITS.statements &&
    JSON.stringify(statements).length <= mostEffectiveCharacters
  )
    return;
  const reason = `must hold at most ${POLICY_LIMITS.statements} statements and ${mostEffectiveCharacters} characters, those of its policies included`;
  throw new Fault('validation', { message: `${field}: ${reason}`, details: [{ field, reason }] });
}
