import { describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { sampleOf, satisfies, type Schema } from '../sample.ts';
import { anotherBody } from './another-body.ts';

const keyed = allOperations.filter(({ idempotent, body }) => idempotent && body !== null);

describe('anotherBody', () => {
  it.each(keyed.map((operation) => [operation.operationId, operation] as const))(
    'of %s is another one that the operation takes',
    (_, operation) => {
      const body = sampleOf(operation.body as Schema) as Record<string, unknown>;
      const other = anotherBody(operation, body);
      expect(other).not.toEqual(body);
      expect(satisfies(operation.body as Schema, other)).toBe(true);
    },
  );
});
