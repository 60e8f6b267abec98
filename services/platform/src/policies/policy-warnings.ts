import { findIdleStatements, type IdleStatement, type Statement } from '@pcft/policy';

/** What is odd about a policy that can be read, for whoever writes it. */
export function warningsOf(statements: readonly Statement[]) {
  return findIdleStatements(statements).map((idle) => ({ ...idle, message: messageOf(idle) }));
}

function messageOf({ statement, kind, by }: IdleStatement): string {
  return kind === 'shadowed'
    ? `statement ${statement} allows only what statement ${by} denies`
    : `statement ${statement} says nothing that statement ${by} does not say`;
}
