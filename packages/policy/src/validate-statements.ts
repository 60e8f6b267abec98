import { isActionPattern, matchesAction } from './action-pattern.ts';
import { nearestAction } from './nearest-action.ts';
import { isResourcePattern } from './resource-pattern.ts';
import type { ActionDeclaration, PolicyFault, Statement } from './types.ts';

/** Sizes of a submitted policy; the wire schemas state the same numbers. */
export const POLICY_LIMITS = {
  statements: 200,
  actionsPerStatement: 500,
  resourcesPerStatement: 200,
} as const;

// A hostile policy has thousands of faults; nobody reads more than these, and looking for neighbours costs time.
const MAX_FAULTS = 50;
const MAX_SUGGESTIONS = 10;

/**
 * Faults of a submitted policy, at most 50: patterns that are malformed or match no action of the catalogue (a
 * mistyped deny would protect nothing, so it is refused like a mistyped allow), and malformed URNs. `field`: where the
 * statements stand in what was submitted.
 */
export function validateStatements(
  statements: readonly Statement[],
  catalogue: readonly ActionDeclaration[],
  field = 'policy',
): PolicyFault[] {
  if (statements.length > POLICY_LIMITS.statements)
    return [{ field, reason: `must hold at most ${POLICY_LIMITS.statements} statements` }];
  const names = catalogue.map(({ action }) => action);
  const faults: PolicyFault[] = [];
  for (const [i, statement] of statements.entries()) {
    checkSizes(statement, `${field}[${i}]`, faults);
    statement.actions.slice(0, POLICY_LIMITS.actionsPerStatement).forEach((pattern, j) => {
      const reason = actionFault(pattern, names, faults.length < MAX_SUGGESTIONS);
      if (reason !== null) faults.push({ field: `${field}[${i}].actions[${j}]`, reason });
    });
    statement.resources.slice(0, POLICY_LIMITS.resourcesPerStatement).forEach((pattern, j) => {
      if (!isResourcePattern(pattern))
        faults.push({ field: `${field}[${i}].resources[${j}]`, reason: BAD_RESOURCE });
    });
    if (faults.length >= MAX_FAULTS) break;
  }
  return faults.slice(0, MAX_FAULTS);
}

const BAD_RESOURCE =
  'must be * or a URN pcft:<service>:<type>/<id>[/<type>/<id>…], with * for one whole segment';

function checkSizes({ effect, actions, resources }: Statement, field: string, faults: PolicyFault[]): void {
  if (effect !== 'allow' && effect !== 'deny')
    faults.push({ field: `${field}.effect`, reason: 'must be allow or deny' });
  const { actionsPerStatement, resourcesPerStatement } = POLICY_LIMITS;
  if (actions.length === 0 || actions.length > actionsPerStatement)
    faults.push({ field: `${field}.actions`, reason: `must hold 1 to ${actionsPerStatement} actions` });
  if (resources.length === 0 || resources.length > resourcesPerStatement)
    faults.push({ field: `${field}.resources`, reason: `must hold 1 to ${resourcesPerStatement} resources` });
}

function actionFault(pattern: string, names: readonly string[], suggest: boolean): string | null {
  if (!isActionPattern(pattern)) return 'must be an action, with * only in the place of whole segments';
  if (names.some((action) => matchesAction(pattern, action))) return null;
  const nearest = suggest ? nearestAction(pattern, names) : null;
  return nearest === null ? 'matches no known action' : `matches no known action; did you mean ${nearest}?`;
}
