import { isAction, isActionPattern, matchesAction } from './action-pattern.ts';
import { isResourcePattern } from './resource-pattern.ts';
import { addPattern, emptyTree, type ResourceTree } from './resource-tree.ts';
import type { Statement } from './types.ts';

/** What a policy says about one action: where it is denied and where it is allowed. */
export interface ActionRules {
  readonly deny: ResourceTree;
  readonly allow: ResourceTree;
}

/** A policy made ready for many decisions. Opaque: made by `compilePolicy`, used by `evaluate` and `decide`. */
export interface CompiledPolicy {
  readonly statements: readonly Statement[];
  /** Null when the action is malformed: nothing can be said about it, so it is denied. */
  rulesFor(action: string): ActionRules | null;
}

/** A statement that cannot be read. Ignoring it could ignore a deny, so there is no policy at all. */
export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError';
  readonly statement: number;

  constructor(statement: number, what: string) {
    super(`statement ${statement}: ${what}`);
    this.statement = statement;
  }
}

// Actions come from the catalogue and are few; the bound is for callers that pass on what a user typed (simulator).
const MAX_REMEMBERED_ACTIONS = 1024;

/**
 * Compiles statements for `evaluate` and `decide`. The statements are copied. Throws PolicySyntaxError when one is
 * malformed: what was stored has been validated, so this is corruption and nothing may be decided by it.
 */
export function compilePolicy(statements: readonly Statement[]): CompiledPolicy {
  statements.forEach(assertReadable);
  const own = structuredClone(statements);
  const remembered = new Map<string, ActionRules | null>();
  return {
    statements: own,
    rulesFor(action) {
      let rules = remembered.get(action);
      if (rules === undefined) {
        if (remembered.size >= MAX_REMEMBERED_ACTIONS) remembered.clear();
        rules = isAction(action) ? gatherRules(own, action) : null;
        remembered.set(action, rules);
      }
      return rules;
    },
  };
}

function gatherRules(statements: readonly Statement[], action: string): ActionRules {
  const rules = { deny: emptyTree(), allow: emptyTree() };
  statements.forEach((statement, index) => {
    if (!statement.actions.some((pattern) => matchesAction(pattern, action))) return;
    for (const resource of statement.resources) addPattern(rules[statement.effect], resource, index);
  });
  return rules;
}

function assertReadable({ effect, actions, resources }: Statement, index: number): void {
  if (effect !== 'allow' && effect !== 'deny')
    throw new PolicySyntaxError(index, 'effect is neither allow nor deny');
  if (!Array.isArray(actions) || !actions.every((text) => typeof text === 'string' && isActionPattern(text)))
    throw new PolicySyntaxError(index, 'malformed action pattern');
  if (
    !Array.isArray(resources) ||
    !resources.every((text) => typeof text === 'string' && isResourcePattern(text))
  )
    throw new PolicySyntaxError(index, 'malformed resource pattern');
}
