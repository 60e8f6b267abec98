import { matchesAction } from './action-pattern.ts';
import type { ActionDeclaration, Role, Statement } from './types.ts';

const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

/** Whether a role reaches an action whose declaration names `lowestRole`. Unknown words reach nothing. */
export function roleAllows(role: Role, lowestRole: Role): boolean {
  return RANK[role] >= RANK[lowestRole];
}

/** The statement that grants an action its maker's role does not have. */
export interface TooWide {
  statement: number;
  action: string;
  lowestRole: Role;
}

/**
 * The first statement that grants an action above the role's cap, or null. A grant does not count where another
 * statement of the same policy denies the action on `*`: an admin may write "everything but `workspace.delete`".
 * A narrower deny does not excuse it, as it leaves the action granted elsewhere.
 */
export function findTooWide(
  statements: readonly Statement[],
  role: Role,
  catalogue: readonly ActionDeclaration[],
): TooWide | null {
  const aboveCap = catalogue.filter(
    ({ action, lowestRole }) => !roleAllows(role, lowestRole) && !isDeniedEverywhere(statements, action),
  );
  for (const [statement, { effect, actions }] of statements.entries()) {
    if (effect !== 'allow') continue;
    const granted = aboveCap.find(({ action }) => actions.some((pattern) => matchesAction(pattern, action)));
    if (granted) return { statement, action: granted.action, lowestRole: granted.lowestRole };
  }
  return null;
}

function isDeniedEverywhere(statements: readonly Statement[], action: string): boolean {
  return statements.some(
    ({ effect, actions, resources }) =>
      effect === 'deny' &&
      resources.includes('*') &&
      actions.some((pattern) => matchesAction(pattern, action)),
  );
}
