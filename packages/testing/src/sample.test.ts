import { describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { sampleOf, satisfies, type Schema } from './sample.ts';

describe('sampleOf', () => {
  const schemas = allOperations.flatMap(({ operationId, body, params }) => [
    ...(body ? [[`${operationId} body`, body as Schema] as const] : []),
    [`${operationId} params`, params as Schema] as const,
  ]);

  it.each(schemas.filter(([, schema]) => !('minProperties' in schema)))('fits %s', (_, schema) => {
    expect(satisfies(schema, sampleOf(schema))).toBe(true);
  });

  it('says so when nothing fits', () => {
    expect(() => sampleOf({ type: 'string', pattern: '^no such sample$' })).toThrow('no sample text');
  });
});
