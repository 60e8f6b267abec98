import { actionCovers, resourceCovers } from './pattern-covers.ts';
import type { Statement } from './types.ts';

/** A statement that decides nothing, and the one that makes it idle. */
export interface IdleStatement {
  readonly statement: number;
  /** `redundant`: another one with the same effect says all of it; `shadowed`: it allows only what another denies. */
  readonly kind: 'redundant' | 'shadowed';
  readonly by: number;
}

// Patterns come from callers, and a policy may hold thousands: what is not found by then is not said.
const MOST_COMPARISONS = 50_000;

/**
 * Statements that could be left out without changing any decision, all of them at once. Found where one other
 * statement is enough; two that do it only together are not looked for. Of two that say the same the later is idle.
 */
export function findIdleStatements(statements: readonly Statement[]): IdleStatement[] {
  const left = new Set(statements.keys());
  const covers = boundedCovering();
  const idle: IdleStatement[] = [];
  for (const index of [...statements.keys()].reverse()) {
    const statement = statements[index] as Statement;
    const by = (effect: Statement['effect']) =>
      [...left].find((other) => {
        const candidate = statements[other] as Statement;
        return other !== index && candidate.effect === effect && covers(candidate, statement);
      });
    const denial = statement.effect === 'allow' ? by('deny') : undefined;
    const same = denial ?? by(statement.effect);
    if (same === undefined) continue;
    // Out of the way, so that two that cover each other are not both called idle.
    left.delete(index);
    idle.push({ statement: index, kind: denial === undefined ? 'redundant' : 'shadowed', by: same });
  }
  return idle.reverse();
}

/** Whether every action and every resource of the inner statement lies within one of the outer's. */
function boundedCovering(): (outer: Statement, inner: Statement) => boolean {
  let comparisons = 0;
  const within = (
    outer: readonly string[],
    inner: readonly string[],
    covers: (a: string, b: string) => boolean,
  ) =>
    inner.every((pattern) =>
      outer.some((candidate) => ++comparisons <= MOST_COMPARISONS && covers(candidate, pattern)),
    );
  return (outer, inner) =>
    within(outer.resources, inner.resources, resourceCovers) &&
    within(outer.actions, inner.actions, actionCovers);
}
