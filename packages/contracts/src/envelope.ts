import type { Dialect } from '@pcft/errors';
import { nullable, object, Type, type TSchema } from './schema.ts';
import type { Operation } from './operation.ts';

const pagination = (dialect: Dialect, cursor = false) =>
  dialect === 'platform'
    ? object({
        total: Type.Integer(),
        limit: Type.Integer(),
        offset: Type.Integer(),
        has_more: Type.Boolean(),
        ...(cursor && {
          total_exceeded: Type.Boolean({ description: 'There are more than `total` says.' }),
          next_cursor: nullable(Type.String({ description: '`cursor` of the next page.' })),
        }),
      })
    : object({
        total: Type.Integer(),
        limit: Type.Integer(),
        offset: Type.Integer(),
        hasMore: Type.Boolean(),
      });

/** The whole success body of an operation, envelope included; `null` where there is none. */
export function envelopeSchema({ success, dialect }: Operation): TSchema | null {
  if (success.body === null) return null;
  if (success.shape === 'raw') return success.body;
  const page = success.shape === 'page';
  const data = page ? Type.Array(success.body) : success.body;
  switch (dialect) {
    case 'platform':
    case 'oauth':
      return page ? object({ data, pagination: pagination(dialect, success.cursor) }) : data;
    case 'craft':
      return object({ success: Type.Literal(true), data, ...(page && { pagination: pagination(dialect) }) });
    case 'quickstart':
      return object({
        success: Type.Literal(true),
        status: Type.Integer(),
        code: Type.Literal('OK'),
        message: Type.String(),
        data,
        ...(page && { meta: object({ pagination: pagination(dialect) }) }),
      });
  }
}

/** The error body of a dialect. */
export function faultSchema(dialect: Dialect): TSchema {
  const details = Type.Optional(Type.Array(object({ field: Type.String(), reason: Type.String() })));
  const coded = { code: Type.String(), message: Type.String() };
  switch (dialect) {
    case 'platform':
      return object({ error: object({ ...coded, details, request_id: Type.String() }) });
    case 'craft':
      return object({
        success: Type.Literal(false),
        error: object({ ...coded, details, requestId: Type.String() }),
      });
    case 'quickstart':
      return object({
        success: Type.Literal(false),
        status: Type.Integer(),
        ...coded,
        meta: object({ errors: details, requestId: Type.String() }),
      });
    case 'oauth':
      return object({ error: Type.String(), error_description: nullable(Type.String()) });
  }
}
