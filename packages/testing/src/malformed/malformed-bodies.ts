import type { Operation } from '@pcft/contracts';
import { sampleOf, satisfies, type Schema } from '../sample.ts';
import { deeplyNested, hostileValues, isUnsafe, refusedBy } from './hostile-values.ts';
import type { MalformedInput } from './malformed-input.ts';
import type { SeededRandom } from './seeded-random.ts';

type Body = Readonly<Record<string, unknown>>;

/** Everything that can be wrong with a JSON body; `valid` is one that the operation would take. */
export function malformedBodies(operation: Operation, valid: Body): MalformedInput[] {
  const schema = operation.body as Schema;
  if (schema.type === 'array') return malformedLists(operation, valid as unknown as readonly Body[]);
  return [
    ...unreadable(valid),
    ...wrongShape(valid),
    ...prototypes(valid),
    ...missingFields(schema, valid),
    ...wrongFields(schema, valid),
    ...tooLarge(operation, valid),
    ...wrongType(operation, valid),
  ];
}

/** The same for a body that is a list: nothing but one, with items of its kind, not too many. */
function malformedLists(operation: Operation, valid: readonly Body[]): MalformedInput[] {
  const { items = {}, minItems, maxItems } = operation.body as Schema;
  const shapes: [string, unknown][] = [
    ['an object', { ...valid[0] }],
    ['a list in a list', [valid]],
    ['a text', 'text'],
    ['null', null],
    ...(minItems ? [['an empty list', []] as [string, unknown]] : []),
    ...(maxItems === undefined
      ? []
      : [
          ['too long a list', Array.from({ length: maxItems + 1 }, () => sampleOf(items))] as [
            string,
            unknown,
          ],
        ]),
  ];
  const item: Place = { name: 'an item', field: '', schema: items, put: (value) => [value] };
  return [
    ...unreadable(valid),
    ...shapes.map(([name, value]) => raw(`${name} instead of the list`, JSON.stringify(value))),
    ...placesAt(item).flatMap(({ name, schema: at, put }) =>
      refusedBy(at).map((value) => raw(`${name} = ${describe(value)}`, JSON.stringify(put(value)))),
    ),
    ...tooLarge(operation, { ...valid[0] }),
    ...wrongType(operation, valid),
  ];
}

const raw = (name: string, rawBody: string | Buffer, field?: string): MalformedInput => ({
  name,
  input: { rawBody },
  fault: 'validation',
  ...(field !== undefined && { field }),
});

function unreadable(valid: Body | readonly Body[]): MalformedInput[] {
  const text = JSON.stringify(valid);
  return [
    raw('malformed JSON', text.slice(0, -1), 'body'),
    raw('JSON with something after it', `${text}{}`, 'body'),
    raw('JSON with a comment', `/* */${text}`, 'body'),
    raw('single quotes', "{'name':'value'}", 'body'),
    raw('NaN', '{"a":NaN}', 'body'),
    raw('no JSON at all', 'name=value', 'body'),
    raw('an empty body', '', 'body'),
    raw('only white space', '  \n', 'body'),
    raw(
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xed]), Buffer.from('"}')]),
      'body',
    ),
    raw('1,000 open brackets', '['.repeat(1000), 'body'),
    raw('1,000 nested arrays', '['.repeat(1000) + ']'.repeat(1000)),
    raw('1,000 nested objects', '{"a":'.repeat(1000) + '1' + '}'.repeat(1000)),
  ];
}

function wrongShape(valid: Body): MalformedInput[] {
  const shapes: [string, unknown][] = [
    ['an array', []],
    ['the body in an array', [valid]],
    ['a text', 'text'],
    ['a number', 1],
    ['null', null],
    ['true', true],
  ];
  return [
    ...shapes.map(([name, value]) => raw(`${name} instead of an object`, JSON.stringify(value), 'body')),
    raw('an unknown field', JSON.stringify({ ...valid, unknown_field: 1 }), 'unknown_field'),
    raw('an unknown field with a hostile name', JSON.stringify({ ...valid, '</script>\u202E': 1 })),
    raw('a field name with NUL', JSON.stringify({ ...valid, 'a\u0000b': 1 })),
    raw('a field name with a lone surrogate', JSON.stringify({ ...valid, '\ud800': 1 })),
    raw('1,000-deep nesting in an unknown field', JSON.stringify({ ...valid, deep: deeplyNested })),
  ];
}

function prototypes(valid: Body): MalformedInput[] {
  const inside = JSON.stringify(valid).slice(1);
  return ['__proto__', 'constructor', 'prototype'].flatMap((key) => [
    raw(`a field ${key}`, `{"${key}":{"isAdmin":true},${inside}`),
    raw(`a field ${key} in an unknown field`, `{"extra":{"${key}":{"isAdmin":true}},${inside}`),
  ]);
}

function missingFields({ required = [] }: Schema, valid: Body): MalformedInput[] {
  return required.map((name) => {
    const { [name]: _, ...rest } = valid;
    return raw(`no ${name}`, JSON.stringify(rest), name);
  });
}

/** A place in a body: its schema, and how to build a body with a value put there. */
interface Place {
  readonly name: string;
  readonly schema: Schema;
  readonly field: string;
  readonly put: (value: unknown) => unknown;
}

/** Every field, also optional and nested ones. */
function placesIn(schema: Schema, valid: Body): Place[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, fieldSchema]) =>
    placesAt({
      name: field,
      field,
      schema: fieldSchema,
      put: (value) => ({ ...valid, [field]: value }),
    }),
  );
}

function placesAt(place: Place): Place[] {
  const { schema, name, field, put } = place;
  const below: Place[] = [];
  if (schema.type === 'array' && schema.items) {
    below.push(
      ...placesAt({ name: `${name}[0]`, field, schema: schema.items, put: (value) => put([value]) }),
    );
  }
  if (schema.type === 'object' && schema.properties) {
    const whole = sampleOf(schema) as Body;
    for (const [key, inner] of Object.entries(schema.properties)) {
      below.push(
        ...placesAt({
          name: `${name}.${key}`,
          field,
          schema: inner,
          put: (value) => put({ ...whole, [key]: value }),
        }),
      );
    }
    if (schema.patternProperties) return [place, ...below];
    below.push({
      name: `an unknown field in ${name}`,
      field,
      schema: { not: {} },
      put: (value) => put({ ...whole, unknown_field: value }),
    });
  }
  return [place, ...below];
}

function wrongFields(schema: Schema, valid: Body): MalformedInput[] {
  return placesIn(schema, valid).flatMap(({ name, field, schema: at, put }) => {
    const lists: unknown[] = [];
    if (at.type === 'array' && at.maxItems !== undefined && at.items)
      lists.push(Array.from({ length: at.maxItems + 1 }, () => sampleOf(at.items ?? {})));
    // JSON.parse makes Infinity of it.
    const huge =
      at.type === 'integer' || at.type === 'number'
        ? [raw(`${name} = 1e400`, JSON.stringify(put('HUGE')).replace('"HUGE"', '1e400'), field)]
        : [];
    const maps: unknown[] = at.patternProperties
      ? [{ 'a\u0000': 1 }, { a: 'b\u0000' }, { a: '\ud800' }, { a: deeplyNested }, { a: { constructor: 1 } }]
      : [];
    return [
      ...huge,
      ...[...refusedBy(at), ...lists, ...maps].map((value) =>
        raw(`${name} = ${describe(value)}`, JSON.stringify(put(value)), field),
      ),
    ];
  });
}

/** Large enough to be refused by size before anybody parses it. */
function tooLarge({ maxBodyBytes }: Operation, valid: Body): MalformedInput[] {
  const padded = (size: number) => JSON.stringify({ ...valid, padding: 'x'.repeat(size) });
  const fault = 'body-too-large';
  return [
    { name: 'a body over the limit', input: { rawBody: padded(maxBodyBytes) }, fault },
    {
      name: 'a body over the limit in chunks',
      input: { rawBody: padded(maxBodyBytes), chunked: true },
      fault,
    },
  ];
}

function wrongType({ form }: Operation, valid: Body | readonly Body[]): MalformedInput[] {
  const text = JSON.stringify(valid);
  const of = (name: string, headers: Record<string, string>): MalformedInput => ({
    name,
    input: { rawBody: text, headers },
    fault: 'unsupported-media-type',
  });
  return [
    of('text/plain', { 'content-type': 'text/plain' }),
    of('application/xml', { 'content-type': 'application/xml' }),
    of('multipart/form-data', { 'content-type': 'multipart/form-data; boundary=x' }),
    of('an empty content type', { 'content-type': '' }),
    of('no content type that exists', { 'content-type': 'json' }),
    of('another charset', { 'content-type': 'application/json; charset=utf-16' }),
    of('a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
    ...(form ? [] : [of('a form', { 'content-type': 'application/x-www-form-urlencoded' })]),
  ];
}

/** A random body that is wrong in one to three places; the schema itself says that it is. */
export function randomMalformedBody(operation: Operation, valid: Body, random: SeededRandom): MalformedInput {
  const schema = operation.body as Schema;
  const unknown: Place = {
    name: 'an unknown field',
    field: 'unknown_field',
    schema: { not: {} },
    put: (value) => ({ ...valid, unknown_field: value }),
  };
  // Another workspace_id changes who decides: that comes before the body and is another suite's subject.
  const places = [...placesIn(schema, valid), unknown].filter(({ field }) => field !== 'workspace_id');
  for (;;) {
    let body: Body = valid;
    for (let i = 0; i <= random.below(3); i++) {
      const place = random.pick(places);
      body = { ...body, ...pickField(place.put(random.pick(hostileValues)), place.field) };
    }
    if (isUnsafe(body) || !satisfies(schema, body))
      return raw(`random ${describe(body)}`, JSON.stringify(body));
  }
}

function pickField(body: unknown, field: string): Body {
  return { [field]: (body as Body)[field] };
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 60)}… (${String(text.length)} characters)` : text;
}
