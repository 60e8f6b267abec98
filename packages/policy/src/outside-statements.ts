import { matchesAction } from './action-pattern.ts';
import { compilePolicy, type CompiledPolicy } from './compile-policy.ts';
import { resourceSegments } from './resource-pattern.ts';
import { lowestCovering, NO_STATEMENT } from './resource-tree.ts';
import type { ActionDeclaration, Statement } from './types.ts';

/** A grant that lies outside of a bound: the statement, and one action and resource pattern of it that do. */
export interface Outside {
  readonly statement: number;
  readonly action: string;
  readonly resource: string;
}

/**
 * The first grant of the statements that a bound (a custom role, say) does not allow, or null. Each action of the
 * catalogue that a statement grants has to be allowed on each of its resource patterns by one statement of the bound,
 * and not be denied there altogether. What the same statements deny altogether is no grant. Denials of the bound that
 * cover only part of a grant do not make it too wide: they go on deciding.
 */
export function findOutside(
  statements: readonly Statement[],
  bound: CompiledPolicy,
  catalogue: readonly ActionDeclaration[],
): Outside | null {
  const own = compilePolicy(statements);
  for (const [statement, each] of statements.entries()) {
    if (each.effect !== 'allow') continue;
    const paths = each.resources.map((pattern) => (pattern === '*' ? [] : resourceSegments(pattern)));
    for (const { action } of catalogue) {
      if (!grants(each, action)) continue;
      const outside = paths.findIndex(
        (path) => !covers(own, 'deny', action, path) && !allowsAll(bound, action, path),
      );
      if (outside !== -1) return { statement, action, resource: each.resources[outside] ?? '*' };
    }
  }
  return null;
}

function grants({ actions }: Statement, action: string): boolean {
  return actions.some((pattern) => matchesAction(pattern, action));
}

function allowsAll(bound: CompiledPolicy, action: string, path: readonly string[]): boolean {
  return covers(bound, 'allow', action, path) && !covers(bound, 'deny', action, path);
}

/** A pattern's `*` is no key of the trees, so that only another `*`, or what ends above it, covers it. */
function covers(
  policy: CompiledPolicy,
  effect: Statement['effect'],
  action: string,
  path: readonly string[],
): boolean {
  const rules = policy.rulesFor(action);
  return rules !== null && lowestCovering(rules[effect], path) !== NO_STATEMENT;
}
