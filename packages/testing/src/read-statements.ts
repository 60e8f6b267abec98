import type { Statement } from '@pcft/policy';

/**
 * What statements allow, read from the rules and not by the engine whose answers are compared with it: patterns as
 * regular expressions; a denial wins, then anything that allows.
 */
export function readStatements(statements: readonly Statement[], action: string, resource: string): boolean {
  const matching = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => actionExpression(pattern).test(action)) &&
      resources.some((pattern) => resourceExpression(pattern).test(resource)),
  );
  return matching.length > 0 && matching.every(({ effect }) => effect === 'allow');
}

/** `*` stands for one or more whole segments. */
function actionExpression(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escape).join('[^.]+(?:\\.[^.]+)*')}$`);
}

/** `*` alone is everything; within a URN it is one segment, and a URN covers all below it. */
function resourceExpression(pattern: string): RegExp {
  if (pattern === '*') return /^/;
  return new RegExp(`^${pattern.split('*').map(escape).join('[^/]+')}(?:/|$)`);
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
