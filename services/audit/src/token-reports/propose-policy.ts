import {
  compilePolicy,
  evaluate,
  isResourcePattern,
  matchesAction,
  matchesResource,
  POLICY_LIMITS,
  resourceCovers,
  type Statement,
} from '@pcft/policy';
import type { UsedAction } from './used-actions.ts';

/** As many resources of an action are named one by one; above that the patterns of the policy stand for them. */
const few = 20;
const mostInStatement = 100;

/**
 * Statements that allow what was used, and nothing that the policy does not allow: a resource that the policy covers
 * is covered with all below it, patterns are the policy's own, and its denials stay where they touch what is left.
 *
 * @returns `null` where nothing was used that is still allowed, or a policy cannot hold what was
 */
export function proposePolicy(
  current: readonly Statement[],
  used: ReadonlyMap<string, Pick<UsedAction, 'resources' | 'more'>>,
): Statement[] | null {
  const policy = compilePolicy(current);
  const byResources = new Map<string, { resources: string[]; actions: string[] }>();
  const actions: string[] = [];
  for (const [action, { resources, more }] of [...used].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const allowed = [...resources].filter((each) => evaluate(policy, action, each).effect === 'allow');
    if (allowed.length === 0) continue;
    actions.push(action);
    const named = allowed.length <= few && !more && allowed.every(isResourcePattern);
    const chosen = widest(named ? allowed : patternsFor(current, action, more ? null : allowed));
    const key = JSON.stringify(chosen);
    const group = byResources.get(key) ?? { resources: chosen, actions: [] };
    byResources.set(key, { ...group, actions: [...group.actions, action] });
  }
  if (actions.length === 0) return null;
  const allows = [...byResources.values()].flatMap(({ resources, actions: shared }) =>
    portions(resources).flatMap((some) =>
      portions(shared).map((each): Statement => ({ effect: 'allow', actions: each, resources: some })),
    ),
  );
  const denials = current.filter(
    ({ effect, actions: patterns }) =>
      effect === 'deny' && patterns.some((each) => actions.some((action) => matchesAction(each, action))),
  );
  const proposed = structuredClone([...allows, ...denials]);
  return proposed.length > POLICY_LIMITS.statements ? null : proposed;
}

/** Patterns by which the policy allows the action: all of them, or those that cover one of the resources. */
function patternsFor(
  current: readonly Statement[],
  action: string,
  resources: readonly string[] | null,
): string[] {
  return current
    .filter(
      ({ effect, actions }) =>
        effect === 'allow' && actions.some((pattern) => matchesAction(pattern, action)),
    )
    .flatMap((statement) => statement.resources)
    .filter((pattern) => resources === null || resources.some((each) => matchesResource(pattern, each)));
}

/** Without those that another one covers, in order. */
function widest(patterns: readonly string[]): string[] {
  const distinct = [...new Set(patterns)].sort();
  return distinct.filter(
    (inner) => !distinct.some((outer) => outer !== inner && resourceCovers(outer, inner)),
  );
}

function portions(texts: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(texts.length / mostInStatement) }, (_, n) =>
    texts.slice(n * mostInStatement, (n + 1) * mostInStatement),
  );
}
