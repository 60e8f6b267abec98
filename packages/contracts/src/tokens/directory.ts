import { operation } from '../operation.ts';
import { object, oneOf, Type } from '../schema.ts';

/**
 * heimdall-admin keeps this service's copy of the directory in force through this call: idempotent by
 * version, so that it can be repeated and reordered without harm (design: control plane and data plane).
 */
export const applyDirectory = operation({
  operationId: 'applyDirectory',
  service: 'tokens',
  method: 'PUT',
  path: '/internal/v1/directory',
  summary: 'Apply versioned records of apps, users, roles and keys',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  maxBodyBytes: 1024 * 1024,
  body: object({
    records: Type.Array(
      object({
        kind: oneOf(['app', 'role', 'user', 'app-key', 'credential']),
        id: Type.String({ maxLength: 64 }),
        app_id: Type.String({ maxLength: 64 }),
        version: Type.Integer({ minimum: 1 }),
        deleted: Type.Boolean(),
        data: Type.Record(Type.String(), Type.Unknown(), { description: 'The record, by kind.' }),
      }),
      { minItems: 1, maxItems: 500 },
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ applied: Type.Integer(), known: Type.Integer() }),
  },
});
