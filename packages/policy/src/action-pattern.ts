/** Longest action or action pattern, in characters. */
export const MAX_ACTION_LENGTH = 128;

// ASCII only: no control characters, no look-alikes, nothing that case folding or normalisation could change.
const SEGMENT = '[a-z0-9][a-z0-9_-]*';
const ACTION = new RegExp(`^${SEGMENT}(?:\\.${SEGMENT})*$`);
const PATTERN = new RegExp(`^(?:${SEGMENT}|\\*)(?:\\.(?:${SEGMENT}|\\*))*$`);

/** True for a complete action such as `workspace.audit.read`; it holds no `*`. */
export function isAction(text: string): boolean {
  return text.length <= MAX_ACTION_LENGTH && ACTION.test(text);
}

/** True for an action, or one with `*` in the place of one or more whole segments, in any position. */
export function isActionPattern(text: string): boolean {
  return text.length <= MAX_ACTION_LENGTH && PATTERN.test(text);
}

/**
 * Whether an action pattern matches an action: equal segment by segment, `*` standing for one or more whole
 * segments. Malformed text on either side matches nothing.
 */
export function matchesAction(pattern: string, action: string): boolean {
  return isActionPattern(pattern) && isAction(action) && segmentsMatch(pattern.split('.'), action.split('.'));
}

/** A `*` of the pattern takes one or more segments, whatever they are; any other segment only its like. */
// Greedy with one point of return: a later `*` can take whatever an earlier one left, so only the last is retried.
export function segmentsMatch(pattern: string[], action: string[]): boolean {
  let inPattern = 0;
  let inAction = 0;
  let lastStar = -1;
  let starEnd = 0;
  while (inAction < action.length) {
    if (pattern[inPattern] === '*') {
      lastStar = inPattern++;
      starEnd = ++inAction;
    } else if (inPattern < pattern.length && pattern[inPattern] === action[inAction]) {
      inPattern++;
      inAction++;
    } else if (lastStar >= 0) {
      inPattern = lastStar + 1;
      inAction = ++starEnd;
    } else {
      return false;
    }
  }
  return inPattern === pattern.length;
}
