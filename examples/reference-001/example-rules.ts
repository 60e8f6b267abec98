import { matching, type FieldRule, type FieldRules } from '../documents/compare-answer.ts';

const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const secretPrefixes = ['rt_', 'sk_live_', 'inv_tok_'];
/** `app_01HQ3KXFG6...`, `sk_live_01HQ3...`: a prefix, and the beginning of what differs each time. */
const cutOff = /^([a-z_]+_)01HQ[0-9A-Z]*\.\.\.$/;
const printedTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** RFC 3339 in UTC, as printed; fractions of a second may follow. */
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const toleranceMs = 10 * 60_000;

/** The rules that follow from how a body is printed: ids, secrets and times are examples, everything else is literal. */
export function rulesOfExamples(printed: unknown, path = ''): FieldRules {
  if (Array.isArray(printed)) return rulesOfExamples(printed[0], `${path}[]`);
  if (typeof printed === 'object' && printed !== null)
    return Object.assign(
      {},
      ...Object.entries(printed).map(([name, value]) =>
        rulesOfExamples(value, path === '' ? name : `${path}.${name}`),
      ),
    ) as FieldRules;
  const rule = typeof printed === 'string' ? ruleOfExample(printed) : null;
  return rule ? { [path]: rule } : {};
}

function ruleOfExample(printed: string): FieldRule | null {
  const prefix = cutOff.exec(printed)?.[1];
  if (prefix !== undefined && secretPrefixes.includes(prefix))
    return matching(`${prefix} and 36 characters`, new RegExp(`^${prefix}[0-9A-Za-z]{36}$`));
  if (prefix !== undefined) return idRule(prefix);
  if (printed.startsWith('eyJ')) {
    const begin = printed.replace('...', '');
    return matching(`${begin}… in three parts`, new RegExp(`^${begin}[\\w-]*\\.[\\w-]+\\.[\\w-]+$`));
  }
  return printedTime.test(printed) ? timeAt(() => Date.now()) : null;
}

export const idRule = (prefix: string): FieldRule =>
  matching(`${prefix} and a ULID`, new RegExp(`^${prefix}${ulid}$`));

/** A time in the printed format, within ten minutes of what it should be. */
export function timeAt(at: () => number, what = 'now'): FieldRule {
  return {
    expected: what,
    accepts: (value) =>
      typeof value === 'string' &&
      timePattern.test(value) &&
      Math.abs(Date.parse(value) - at()) <= toleranceMs,
  };
}

export const anyTime: FieldRule = matching('a time', timePattern);

export const someText: FieldRule = {
  expected: 'a text',
  accepts: (value) => typeof value === 'string' && value !== '',
};

export const someNumber: FieldRule = {
  expected: 'a number',
  accepts: (value) => typeof value === 'number' && value >= 0,
};

export const anyObject: FieldRule = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
