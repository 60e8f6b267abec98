import { actionCatalogue } from '@pcft/contracts';
import { Fault, type FaultDetail } from '@pcft/errors';
import {
  compileKind,
  compileScopes,
  findTooWide,
  isResourcePattern,
  isScope,
  POLICY_LIMITS,
  validateConditions,
  validateStatements,
  type AccessLevel,
  type Conditions,
  type KeyKind,
  type Role,
  type Statement,
} from '@pcft/policy';
import {
  assertNotTooMany,
  assertWithin,
  assertWithinStatements,
  mostPolicyCharacters,
  namingOf,
  type Grantor,
} from '../policies/grant-bounds.ts';
import type { AttachedPolicy } from '../policies/managed-policy.ts';
import { capByParent, childConditions, childPolicy, type WiderThanParent } from './child-policy.ts';

/**
 * What was asked for: exactly one of own statements and policies (one of them or both), `kind` and `scopes`.
 * `resources` narrow a kind or scopes, and the kind `custom` is `resources` with `access`.
 */
export interface RequestedPolicy {
  readonly policy?: readonly Statement[] | undefined;
  readonly policyIds?: readonly string[] | undefined;
  readonly kind?: KeyKind | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly access?: readonly AccessLevel[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly conditions?: Conditions | undefined;
}

/** What bounds it: the creator's role, and the token it is minted with, if it is. */
export interface Bounds {
  readonly role: Role;
  /** What a custom role of the creator cuts `role` to. */
  readonly roleStatements?: readonly Statement[] | null;
  /** The policies it names, as they are now. */
  readonly attached?: readonly AttachedPolicy[];
  readonly parent: {
    readonly statements: readonly Statement[];
    readonly conditions: Conditions | null;
  } | null;
}

export interface TokenPolicy {
  /** Its own; those of the policies it names stay theirs. */
  readonly statements: Statement[];
  readonly conditions: Conditions | null;
}

/** @throws Fault `validation`, pointing at each thing that cannot be read; needs no database */
export function assertReadable(requested: RequestedPolicy): void {
  const { policy, policyIds, kind, scopes, conditions } = requested;
  if ([policy ?? policyIds, kind, scopes].filter((given) => given !== undefined).length !== 1) {
    const reason = 'exactly one of policy (or policy_ids), kind and scopes is needed';
    throw faultOf([{ field: 'policy', reason }]);
  }
  const faults = [
    ...narrowingFaults(requested),
    ...(policy ? validateStatements(policy, actionCatalogue) : []),
    ...(scopes ?? []).flatMap((scope, i) =>
      isScope(scope) ? [] : [{ field: `scopes[${i}]`, reason: 'is not a known scope' }],
    ),
    ...(conditions ? validateConditions(conditions) : []),
  ];
  if (faults.length > 0) throw faultOf(faults);
}

/**
 * The statements and conditions a token gets. A policy wider than its bounds is refused; kinds and scopes are capped.
 *
 * @throws Fault `policy-too-wide` with the statement that is; `validation` when it is larger than a policy may be
 */
export function tokenPolicy(requested: RequestedPolicy, bounds: Bounds): TokenPolicy {
  const { parent, attached = [] } = bounds;
  const conditions = unless(childConditions(requested.conditions ?? null, parent?.conditions ?? null));
  const statements = statementsFor(requested, bounds);
  // What a parent's denials add counts too: a policy is read on every call.
  if (
    statements.length > POLICY_LIMITS.statements ||
    JSON.stringify(statements).length > mostPolicyCharacters
  ) {
    const reason = `must hold at most ${POLICY_LIMITS.statements} statements and ${mostPolicyCharacters} characters`;
    throw faultOf([{ field: 'policy', reason: `${reason}, those of the parent token included` }]);
  }
  if (attached.length > 0) {
    const inForce = attached.flatMap((each) => each.statements);
    assertWithin(inForce, grantorOf(bounds), namingOf('policy', 0, attached));
    assertNotTooMany([...statements, ...inForce], 'policy_ids');
  }
  return { ...conditions, statements };
}

/** Narrowing belongs to shorthands: a statement names its resources itself. */
function narrowingFaults({ kind, scopes, resources, access }: RequestedPolicy): FaultDetail[] {
  const faults: FaultDetail[] = [];
  if (kind === 'custom' && resources === undefined)
    faults.push({ field: 'resources', reason: 'is needed with the kind custom' });
  if (kind === 'custom' && access === undefined)
    faults.push({ field: 'access', reason: 'is needed with the kind custom' });
  if (kind !== 'custom' && access !== undefined)
    faults.push({ field: 'access', reason: 'belongs to the kind custom' });
  if (kind === undefined && scopes === undefined && resources !== undefined)
    faults.push({ field: 'resources', reason: 'belongs to a kind or scopes; statements name their own' });
  for (const [i, pattern] of (resources ?? []).entries()) {
    if (!isResourcePattern(pattern))
      faults.push({ field: `resources[${i}]`, reason: 'must be * or a URN, with * for one whole segment' });
  }
  return faults;
}

function grantorOf({ role, roleStatements = null, parent }: Bounds): Grantor {
  return { cap: { base: role, statements: roleStatements }, parent };
}

function statementsFor(requested: RequestedPolicy, bounds: Bounds): Statement[] {
  const { policy, policyIds } = requested;
  const { role, roleStatements = null, parent } = bounds;
  if (policy) {
    const tooWide = findTooWide(policy, role, actionCatalogue);
    if (tooWide) {
      const { statement, action, lowestRole } = tooWide;
      const reason = `grants ${action}, which needs the role ${lowestRole}; yours is ${role}`;
      throw new Fault('policy-too-wide', { details: [{ field: `policy[${statement}]`, reason }] });
    }
    assertWithinStatements(policy, roleStatements, role, (i) => `policy[${i}]`);
    return parent ? unless(childPolicy(policy, parent.statements)).statements : [...policy];
  }
  if (policyIds) return [];
  return [roleStatements, parent?.statements].reduce<Statement[]>(
    (statements, bound) => (bound ? capByParent(statements, bound) : statements),
    shorthand(requested, role),
  );
}

/** A kind or scopes, written out for the role and narrowed to resources. */
function shorthand({ kind, scopes, resources, access }: RequestedPolicy, role: Role): Statement[] {
  const context = { role, catalogue: actionCatalogue };
  if (kind === 'custom')
    return compileKind({ kind, resources: [...(resources ?? [])], access: [...(access ?? [])] }, context);
  const compiled = kind ? compileKind({ kind }, context) : compileScopes(scopes ?? [], context);
  return resources ? compiled.map((each) => ({ ...each, resources: [...resources] })) : compiled;
}

function unless<T extends object>(outcome: T | { readonly wider: WiderThanParent }): T {
  if (!('wider' in outcome)) return outcome;
  const { field, reason } = outcome.wider;
  throw new Fault('policy-too-wide', {
    message: 'The policy grants more than the token it is minted with',
    details: [{ field, reason }],
  });
}

function faultOf(details: readonly FaultDetail[]): Fault {
  const [first] = details;
  return new Fault('validation', {
    details,
    ...(first && { message: `${first.field}: ${first.reason}` }),
  });
}
