import { segmentsMatch } from './action-pattern.ts';

/**
 * Whether one action pattern matches everything that another one matches: segment by segment, where the outer `*`
 * takes one or more segments of the inner pattern, and the inner `*` only fits under an outer one. Takes time in the
 * product of the two lengths, whatever the patterns: they come from callers.
 */
export function actionCovers(outer: string, inner: string): boolean {
  return segmentsMatch(outer.split('.'), inner.split('.'));
}

/** Whether one resource pattern covers everything that another one covers. `*` alone is only within `*`. */
export function resourceCovers(outer: string, inner: string): boolean {
  if (outer === '*') return true;
  if (inner === '*') return false;
  const wanted = outer.split(/[:/]/);
  const given = inner.split(/[:/]/);
  return (
    wanted.length <= given.length && wanted.every((segment, i) => segment === '*' || segment === given[i])
  );
}
