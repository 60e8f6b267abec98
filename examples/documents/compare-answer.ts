/** How one field of an answer compares with the one a document prints. */
export interface FieldResult {
  /** `data.expiresAt`, `data[2].id`; `(fields)` for the set and order of an object's fields. */
  readonly field: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
  /** Fields of this object that the document does not print, where that is no fault. */
  readonly additional?: readonly string[];
}

/** What a field has to be where the printed value is only an example. */
export interface FieldRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

/** By path; the elements of a list share the one of `data[]`. */
export type FieldRules = Readonly<Record<string, FieldRule>>;

export interface CompareOptions {
  /** Fields that are not printed are a fault, or only listed. */
  readonly additional?: 'refused' | 'listed';
}

/**
 * Compares an answer with the printed one field by field: the same fields in the same order, and each value the printed
 * one unless a rule says what it is an example of. The one object that a document prints in a list is an example of all
 * that are there, and one at least has to be.
 */
export function compareAnswer(
  printed: unknown,
  got: unknown,
  rules: FieldRules,
  options: CompareOptions = {},
): FieldResult[] {
  return compareAt('', printed, got, rules, options);
}

function compareAt(
  path: string,
  printed: unknown,
  got: unknown,
  rules: FieldRules,
  options: CompareOptions,
): FieldResult[] {
  const rule = rules[path.replaceAll(/\[\d+\]/g, '[]')];
  if (rule) return [{ field: path, expected: rule.expected, got: show(got), ok: rule.accepts(got) }];
  if (Array.isArray(printed) && isObject(printed[0])) {
    const ok = Array.isArray(got) && got.length > 0;
    const list = { field: `${path}[]`, expected: 'a list of such', got: ok ? 'a list' : show(got), ok };
    const elements = ok ? (got as unknown[]) : [];
    return [
      list,
      ...elements.flatMap((element, at) =>
        compareAt(`${path}[${String(at)}]`, printed[0], element, rules, options),
      ),
    ];
  }
  if (!isObject(printed))
    return [{ field: path, expected: show(printed), got: show(got), ok: show(printed) === show(got) }];
  const nested = Object.entries(printed).flatMap(([name, value]) =>
    compareAt(
      path === '' ? name : `${path}.${name}`,
      value,
      isObject(got) ? got[name] : undefined,
      rules,
      options,
    ),
  );
  return [compareNames(path, Object.keys(printed), got, options), ...nested];
}

function compareNames(
  path: string,
  printed: readonly string[],
  got: unknown,
  { additional = 'refused' }: CompareOptions,
): FieldResult {
  const expected = printed.join(', ');
  const field = `${path}(fields)`;
  if (!isObject(got)) return { field, expected, got: show(got), ok: false };
  const names = Object.keys(got);
  if (additional === 'refused')
    return { field, expected, got: names.join(', '), ok: expected === names.join(', ') };
  const known = names.filter((name) => printed.includes(name)).join(', ');
  const more = names.filter((name) => !printed.includes(name));
  return { field, expected, got: known, ok: expected === known, additional: more };
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

/** A time near to one that is known, for what happens while a document is followed. */
export function timeAround(what: string, at: () => number, toleranceSeconds = 120): FieldRule {
  return {
    expected: what,
    accepts: (value) =>
      typeof value === 'string' &&
      timePattern.test(value) &&
      Math.abs(Date.parse(value) - at()) <= toleranceSeconds * 1000,
  };
}

export function faultText({ field, expected, got }: FieldResult): string {
  return `${field}: expected ${expected}, got ${got}`;
}

function show(value: unknown): string {
  return withoutSecrets(JSON.stringify(value) ?? 'nothing');
}

/** Secrets do not belong on a terminal. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b((?:ba|rt|sk_live|hk_live|inv_tok|pcft_live)_[0-9A-Za-z]{4})[0-9A-Za-z]{20,}/g, '$1…')
    .replace(/\b(eyJ[\w-]{20})[\w.-]{20,}/g, '$1…');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
