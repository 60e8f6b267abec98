import type { Statement } from '../src/index.ts';

/**
 * A second reading of the rules, written from the prose alone and sharing no code with the engine: patterns become
 * regular expressions, statements are tried one by one. Slow and obvious on purpose.
 */
export function naiveEvaluate(
  statements: readonly Statement[],
  action: string,
  resource: string,
): { effect: 'allow' | 'deny'; reason: string; statement: number | null } {
  const applies = (statement: Statement) =>
    statement.actions.some((pattern) => actionExpression(pattern).test(action)) &&
    statement.resources.some((pattern) => resourceExpression(pattern).test(resource));
  // "Explicit deny wins, then any allow, else deny."
  const denying = statements.findIndex((s) => s.effect === 'deny' && applies(s));
  if (denying >= 0) return { effect: 'deny', reason: 'explicit-deny', statement: denying };
  const allowing = statements.findIndex((s) => s.effect === 'allow' && applies(s));
  if (allowing >= 0) return { effect: 'allow', reason: 'allowed', statement: allowing };
  return { effect: 'deny', reason: 'no-match', statement: null };
}

// "exact, or with `*` for one or more whole segments"
function actionExpression(pattern: string): RegExp {
  const parts = pattern.split('.').map((part) => (part === '*' ? '[^.]+(?:\\.[^.]+)*' : literally(part)));
  return new RegExp(`^${parts.join('\\.')}$`);
}

// "`*`, or a URN; a URN covers itself and all below it […]; `*` stands for exactly one segment"
function resourceExpression(pattern: string): RegExp {
  if (pattern === '*') return /^/;
  return new RegExp(`^${literally(pattern).replaceAll('\\*', '[^:/]+')}(?:/.*)?$`);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
