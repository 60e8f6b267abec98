import { operation } from '../operation.ts';
import { object, Type } from '../schema.ts';

const holderParams = object({ holder: Type.String({ pattern: '^[A-Za-z0-9_-]{8,64}$' }) });

/** Rules 3, 4 and 7 of the revocation protocol; see docs/revocation.md. */
export const joinLease = operation({
  operationId: 'joinLease',
  service: 'platform',
  method: 'POST',
  path: '/internal/v1/leases',
  summary: 'Register a process that keeps a cache; grants no lease by itself',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  body: object({}),
  success: {
    status: 201,
    shape: 'resource',
    body: object({
      holder: Type.String({ description: 'A fresh id.' }),
      epoch: Type.String(),
      n: Type.Integer({ minimum: 0 }),
    }),
  },
});

export const renewLease = operation({
  operationId: 'renewLease',
  service: 'platform',
  method: 'POST',
  path: '/internal/v1/leases/:holder/renew',
  summary: 'Read the rows after a position and renew the lease',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: holderParams,
  body: object({ after: Type.Integer({ minimum: 0 }) }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      open: Type.Boolean({ description: 'False: closed or unknown; drop lease and cache, join anew.' }),
      epoch: Type.String(),
      n: Type.Integer({ minimum: 0, description: 'Position of the log.' }),
      pruned: Type.Boolean({ description: 'Rows after the position are gone; drop the whole cache.' }),
      rows: Type.Array(object({ n: Type.Integer(), kind: Type.String(), id: Type.String() })),
    }),
  },
});

export const leaveLease = operation({
  operationId: 'leaveLease',
  service: 'platform',
  method: 'DELETE',
  path: '/internal/v1/leases/:holder',
  summary: 'Leave after the cache is no longer used',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: holderParams,
  success: { status: 204, shape: 'resource', body: null },
});
