import { operation } from '../operation.ts';
import { id, nullable, object, timestamp, Type } from '../schema.ts';

/** Counted with the chain append, so each call once; platform asks on behalf of whoever may see the token. */
export const readUsage = operation({
  operationId: 'readUsage',
  service: 'audit',
  method: 'GET',
  path: '/internal/v1/usage/:pat_id',
  summary: 'Read the calls of a PAT by day',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: object({ pat_id: id('pat') }),
  query: object({ days: Type.Optional(Type.Integer({ minimum: 1, maximum: 400, default: 31 })) }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      days: Type.Array(
        object({
          day: Type.String({ description: 'UTC.' }),
          calls: Type.Integer({ minimum: 0 }),
          refused: Type.Integer({ minimum: 0 }),
        }),
        { description: 'Days with calls, today included, the oldest first.' },
      ),
      last: nullable(
        object({ at: timestamp(), ip: nullable(Type.String()), service: nullable(Type.String()) }),
      ),
    }),
  },
  faults: ['policy-denied'],
});
