import { actionCatalogue } from '@pcft/contracts';
import { Fault, type FaultDetail } from '@pcft/errors';
import {
  compileKind,
  compileScopes,
  findTooWide,
  isScope,
  POLICY_LIMITS,
  validateConditions,
  validateStatements,
  type Conditions,
  type Role,
  type Statement,
} from '@pcft/policy';
import { capByParent, childConditions, childPolicy, type WiderThanParent } from './child-policy.ts';

/** What was asked for: exactly one of `policy`, `kind` and `scopes`. */
export interface RequestedPolicy {
  readonly policy?: readonly Statement[] | undefined;
  readonly kind?: 'full' | 'read-only' | 'read-write' | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly conditions?: Conditions | undefined;
}

/** What bounds it: the creator's role, and the token it is minted with, if it is. */
export interface Bounds {
  readonly role: Role;
  readonly parent: {
    readonly statements: readonly Statement[];
    readonly conditions: Conditions | null;
  } | null;
}

export interface TokenPolicy {
  readonly statements: Statement[];
  readonly conditions: Conditions | null;
}

/** @throws Fault `validation`, pointing at each thing that cannot be read; needs no database */
export function assertReadable({ policy, kind, scopes, conditions }: RequestedPolicy): void {
  if ([policy, kind, scopes].filter((given) => given !== undefined).length !== 1)
    throw faultOf([{ field: 'policy', reason: 'exactly one of policy, kind and scopes is needed' }]);
  const faults = [
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
export function tokenPolicy(requested: RequestedPolicy, { role, parent }: Bounds): TokenPolicy {
  const conditions = unless(childConditions(requested.conditions ?? null, parent?.conditions ?? null));
  const statements = statementsFor(requested, { role, parent });
  // What a parent's denials add counts too: a policy is read on every call.
  if (
    statements.length > POLICY_LIMITS.statements ||
    JSON.stringify(statements).length > mostPolicyCharacters
  ) {
    const reason = `must hold at most ${POLICY_LIMITS.statements} statements and ${mostPolicyCharacters} characters`;
    throw faultOf([{ field: 'policy', reason: `${reason}, those of the parent token included` }]);
  }
  return { ...conditions, statements };
}

const mostPolicyCharacters = 32_768;

function statementsFor({ policy, kind, scopes }: RequestedPolicy, { role, parent }: Bounds): Statement[] {
  const context = { role, catalogue: actionCatalogue };
  if (policy) {
    const tooWide = findTooWide(policy, role, actionCatalogue);
    if (tooWide) {
      const { statement, action, lowestRole } = tooWide;
      const reason = `grants ${action}, which needs the role ${lowestRole}; yours is ${role}`;
      throw new Fault('policy-too-wide', { details: [{ field: `policy[${statement}]`, reason }] });
    }
    return parent ? unless(childPolicy(policy, parent.statements)).statements : [...policy];
  }
  const compiled = kind ? compileKind({ kind }, context) : compileScopes(scopes ?? [], context);
  return parent ? capByParent(compiled, parent.statements) : compiled;
}

function unless<T extends object>(outcome: T | { readonly wider: WiderThanParent }): T {
  if (!('wider' in outcome)) return outcome;
  throw new Fault('policy-too-wide', {
    message: 'The policy grants more than the token it is minted with',
    details: [outcome.wider],
  });
}

function faultOf(details: readonly FaultDetail[]): Fault {
  const [first] = details;
  return new Fault('validation', {
    details,
    ...(first && { message: `${first.field}: ${first.reason}` }),
  });
}
