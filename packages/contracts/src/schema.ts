import Type, { type Static, type TProperties, type TSchema, type TObject } from 'typebox';

/** A closed object: unknown fields are refused. The only objects left open are declared maps. */
export function object<const P extends TProperties>(properties: P, options: { description?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** Crockford base32, as ULIDs are written. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

/** An id: prefix and ULID. */
export function id(prefix: string, description?: string) {
  return Type.String({ pattern: `^${prefix}_${ulid}$`, ...(description && { description }) });
}

/** A bare ULID, as seed 002 prints ids. */
export function bareId(description: string) {
  return Type.String({ pattern: `^${ulid}$`, description });
}

/**
 * An id on seed 002's routes: in full or as the bare ULID its examples print. In a path the pipeline completes it to
 * `prefix` and ULID before anything is decided. `spelling`: another prefix it is written with on that surface.
 */
export function looseId(prefix: string, description: string, spelling?: string) {
  const prefixes = spelling === undefined ? prefix : `${spelling}|${prefix}`;
  return Type.String({ pattern: `^((${prefixes})_)?${ulid}$`, description, 'x-id': `${prefix}_` });
}

/** A reference in a path that may be an id or a slug. Bounded, so that it can be looked up without fear. */
export function reference(description: string) {
  return Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$', description });
}

/** A slug: lower case, digits, inner hyphens; 2 to 63 characters, fit for a DNS label. */
export function slug(description: string) {
  return Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$', description });
}

/** One line of human text without control characters. */
export function line(maxLength: number, description?: string) {
  return Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
    ...(description && { description }),
  });
}

export const email = () =>
  Type.String({ format: 'email', maxLength: 254, description: 'An e-mail address.' });

/** Never echoed, logged or stored in clear; `x-secret` is what redaction and the documents go by. */
export function secret(description: string, bounds: { minLength?: number; maxLength?: number } = {}) {
  return Type.String({ description, 'x-secret': true, ...bounds });
}

export const timestamp = () => Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

export function oneOf<const V extends readonly string[]>(values: V, description?: string) {
  return Type.Unsafe<V[number]>({
    type: 'string',
    enum: [...values],
    ...(description && { description }),
  });
}

/** Free-form metadata: an open map, limited in size by the operation's body limit. */
export const metadata = () =>
  Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
    maxProperties: 50,
    description: 'Free-form; at most 50 keys.',
  });

/** `limit` and `offset` of seed 001: 20 by default, 100 at most. Query values arrive as text and are coerced. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, default: 0 })),
};

/** RFC 9110 section 13.1.2, for answers that carry an ETag. */
export const conditionalHeaders = () =>
  object({
    'if-none-match': Type.Optional(
      Type.String({
        maxLength: 500,
        pattern: '^(\\*|(W/)?"[!#-~]*"(\\s*,\\s*(W/)?"[!#-~]*")*)$',
        description: 'Entity tags the caller holds.',
      }),
    ),
  });

export const statement = () =>
  object({
    effect: oneOf(['allow', 'deny']),
    actions: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 100 }),
    resources: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: 100 }),
  });

export const statements = () =>
  Type.Array(statement(), { minItems: 1, maxItems: 200, description: 'The policy; an explicit deny wins.' });

export type { Static, TObject, TProperties, TSchema };
export { Type };
