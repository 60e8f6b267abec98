import type { Operation } from '@pcft/contracts';
import { satisfies, type Schema } from '../sample.ts';
import type { MalformedInput } from './malformed-input.ts';

const hostileTexts = [
  'abc',
  '',
  '1.5',
  '-1',
  '0',
  '101',
  '10001',
  '99999999999999999999',
  '1e400',
  'NaN',
  'Infinity',
  'null',
  '[]',
  '{}',
  '*',
  '-',
  '..',
  '../x',
  'a b',
  'a/b',
  'a%b',
  'é',
  '\u202E',
  "'; DROP TABLE account; --",
  '\u0000',
  'a\u0000b',
  '\r\nX-Injected: 1',
  'x'.repeat(64),
  'x'.repeat(4000),
];

/** What is wrong with the text of a parameter that arrives as text: the schema after coercion says. */
function refusedTexts(schema: Schema): string[] {
  return hostileTexts.filter((text) => isRefused(schema, text));
}

function isRefused(schema: Schema, text: string): boolean {
  if (text.includes('\0')) return true;
  if (schema.type === 'integer') return text === '' || !satisfies(schema, Number(text));
  return !satisfies(schema, text);
}

/** Absurd pagination, malformed filters, unknown and repeated parameters. */
export function malformedQueries(operation: Operation): MalformedInput[] {
  const properties = Object.entries(operation.query.properties as Record<string, Schema>);
  const query = (name: string, text: string, field?: string): MalformedInput => ({
    name: `?${name}`,
    input: { query: text },
    fault: 'validation',
    ...(field !== undefined && { field }),
  });
  return [
    query('unknown_parameter', 'unknown_parameter=1', 'unknown_parameter'),
    query('__proto__', '__proto__=1'),
    query('constructor', 'constructor=1'),
    query('a name with NUL', 'a%00b=1'),
    ...properties.flatMap(([name, schema]) => [
      ...refusedTexts(schema).map((text) =>
        query(`${name}=${shorten(text)}`, `${name}=${encodeURIComponent(text)}`, name),
      ),
      query(`${name} twice`, `${name}=1&${name}=2`, name),
      query(`${name} as an object`, `${name}[a]=1`, name),
    ]),
  ];
}

/** Malformed ids: each path parameter in turn. */
export function malformedPaths(
  operation: Operation,
  valid: Readonly<Record<string, string>>,
): MalformedInput[] {
  return Object.entries(operation.params.properties as Record<string, Schema>).flatMap(([name, schema]) => {
    const own = valid[name] ?? '';
    const texts = [
      ...refusedTexts(schema),
      own.toLowerCase() + 'z',
      `${own}${own}${own}`,
      `pat_${own}`,
    ].filter((text) => text !== '' && isRefused(schema, text));
    return texts.map((text) => ({
      name: `:${name} = ${shorten(text)}`,
      input: { params: { ...valid, [name]: text } },
      fault: 'validation' as const,
      field: name,
    }));
  });
}

function shorten(text: string): string {
  return text.length > 40
    ? `${text.slice(0, 40)}… (${String(text.length)} characters)`
    : JSON.stringify(text);
}
