import type { Operation } from '@pcft/contracts';
import { sampleOf, satisfies, type Schema } from '../sample.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * The same body with one field changed to another value that the operation takes too.
 *
 * @throws when no field can be changed: add a way here
 */
export function anotherBody(operation: Operation, body: Body): Body {
  const schema = operation.body as Schema;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (name === 'workspace_id') continue; // somebody else would decide
    for (const value of candidates(property)) {
      const changed = { ...body, [name]: value };
      if (value !== body[name] && value !== property.default && satisfies(schema, changed)) return changed;
    }
  }
  throw new Error(`no other body is known for ${operation.operationId}`);
}

function* candidates(property: Schema): Generator<unknown> {
  if (property.type === 'string' && property.enum === undefined) yield sampleOf(property);
  if (property.type === 'integer') yield (property.minimum ?? 0) + 1;
}
