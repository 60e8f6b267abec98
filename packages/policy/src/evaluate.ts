import type { CompiledPolicy } from './compile-policy.ts';
import { isUrn, resourceSegments } from './resource-pattern.ts';
import { lowestCovering, NO_STATEMENT } from './resource-tree.ts';

/** The policy layer's word. `statement` is the lowest index among the statements that decided, or null. */
export type Evaluation =
  | { effect: 'deny'; reason: 'explicit-deny'; statement: number }
  | { effect: 'allow'; reason: 'allowed'; statement: number }
  | { effect: 'deny'; reason: 'no-match'; statement: null };

/**
 * Explicit deny wins, then any allow, else deny. A malformed action or resource is denied, whatever the policy:
 * `*` covers every resource, not every text.
 */
export function evaluate(policy: CompiledPolicy, action: string, resource: string): Evaluation {
  return evaluateAt(policy, action, segmentsOf(resource));
}

/** A resource made ready for several evaluations; null for what is no URN. */
export function segmentsOf(resource: string): readonly string[] | null {
  return isUrn(resource) ? resourceSegments(resource) : null;
}

/** `evaluate` for whoever asks several policies about one resource. */
export function evaluateAt(
  policy: CompiledPolicy,
  action: string,
  segments: readonly string[] | null,
): Evaluation {
  const rules = policy.rulesFor(action);
  if (rules !== null && segments !== null) {
    const denying = lowestCovering(rules.deny, segments);
    if (denying !== NO_STATEMENT) return { effect: 'deny', reason: 'explicit-deny', statement: denying };
    const allowing = lowestCovering(rules.allow, segments);
    if (allowing !== NO_STATEMENT) return { effect: 'allow', reason: 'allowed', statement: allowing };
  }
  return { effect: 'deny', reason: 'no-match', statement: null };
}
