/** How one field of an answer compares with the one the guide prints. */
export interface FieldResult {
  /** `data.expiresAt`; `(fields)` for the set and order of an object's fields. */
  readonly field: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
}

/** What a field has to be where the printed value is only an example. */
export interface FieldRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

/**
 * Compares an answer with the printed one field by field: the same fields in the same order, and each value the printed
 * one unless a rule says what it is an example of.
 */
export function compareAnswer(printed: unknown, got: unknown, rules: FieldRules, path = ''): FieldResult[] {
  const rule = rules[path];
  if (rule) return [{ field: path, expected: rule.expected, got: show(got), ok: rule.accepts(got) }];
  if (!isObject(printed))
    return [{ field: path, expected: show(printed), got: show(got), ok: show(printed) === show(got) }];
  const expected = Object.keys(printed).join(', ');
  const fields = isObject(got) ? Object.keys(got).join(', ') : show(got);
  const nested = Object.entries(printed).flatMap(([name, value]) =>
    compareAnswer(
      value,
      isObject(got) ? got[name] : undefined,
      rules,
      path === '' ? name : `${path}.${name}`,
    ),
  );
  return [{ field: `${path}(fields)`, expected, got: fields, ok: expected === fields }, ...nested];
}

export const matching = (expected: string, pattern: RegExp): FieldRule => ({
  expected,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

export const exactly = (wanted: unknown): FieldRule => ({
  expected: show(wanted),
  accepts: (value) => show(value) === show(wanted),
});

/** `2026-05-05T10:00:00.000Z`, as the guide prints times. */
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A time near to one that is known, for what happens while the guide runs. */
export function timeAround(what: string, at: () => number, toleranceSeconds = 120): FieldRule {
  return {
    expected: what,
    accepts: (value) =>
      typeof value === 'string' &&
      timePattern.test(value) &&
      Math.abs(Date.parse(value) - at()) <= toleranceSeconds * 1000,
  };
}

/** Secrets do not belong on a terminal. */
function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').replace(/\b(ba_[0-9A-Za-z]{4})[0-9A-Za-z]{20,}/g, '$1…');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
