import { operation } from '../operation.ts';
import { id, object, oneOf, Type } from '../schema.ts';

const holderParams = object({ holder: id('lh', 'Made by the join.') });
const epoch = () => Type.String({ description: 'Positions of another epoch mean nothing.' });
const position = () => Type.Integer({ minimum: 0 });

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
    body: object({ holder: id('lh'), epoch: epoch(), n: position() }),
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
  body: object({ after: position() }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      open: Type.Boolean({
        description: 'False: closed or unknown; drop lease and cache, join anew. Nothing else is said then.',
      }),
      epoch: Type.Optional(epoch()),
      n: Type.Optional(position()),
      pruned: Type.Optional(
        Type.Boolean({ description: 'Rows after the position are gone; drop the whole cache.' }),
      ),
      rows: Type.Optional(
        Type.Array(
          object({
            n: position(),
            kind: oneOf(['credential', 'account', 'workspace', 'member']),
            id: Type.String({ description: 'Of a member: `acc_…:ws_…`.' }),
          }),
        ),
      ),
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
