import { satisfies, type Schema } from '../sample.ts';

const nested = (depth: number): unknown => {
  let value: unknown = 'bottom';
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

/** Values that programs stumble over, of every JSON type. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER + 2,
  1e308,
  '',
  ' ',
  'text',
  "' OR 1=1 --",
  '../../../etc/passwd',
  '\r\nSet-Cookie: a=b',
  '\u0000',
  'before\u0000after',
  '\ud800',
  'before\udfffafter',
  '\u202Eevil',
  'x'.repeat(5000),
  '\u{1F469}'.repeat(2000),
  '$ne',
  '2026-13-45T99:99:99Z',
  [],
  [null],
  [[]],
  ['text', 1],
  {},
  { $gt: '' },
  { length: 1e9 },
  { toString: 'not a function' },
  nested(30),
];

/** Nested far deeper than any schema. */
export const deeplyNested = nested(1000);

/** Refused whatever the schema says: PostgreSQL cannot store the first, UTF-8 cannot carry the second. */
export function isUnsafe(value: unknown): boolean {
  const text = JSON.stringify(value) ?? '';
  return (
    /\\u0000|\\ud[89a-f][0-9a-f]{2}|"(?:__proto__|constructor|prototype)":/i.test(text) || depthOf(value) > 20
  );
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Values a field must refuse: everything hostile that its schema does not happen to allow, and one past each bound. */
export function refusedBy(schema: Schema): unknown[] {
  const bounds: unknown[] = [];
  if (schema.maxLength !== undefined) bounds.push('a'.repeat(schema.maxLength + 1));
  if (schema.minLength !== undefined && schema.minLength > 1) bounds.push('a'.repeat(schema.minLength - 1));
  if (schema.minimum !== undefined) bounds.push(schema.minimum - 1);
  if (schema.maximum !== undefined) bounds.push(schema.maximum + 1);
  return [...hostileValues, ...bounds].filter((value) => isUnsafe(value) || !satisfies(schema, value));
}
