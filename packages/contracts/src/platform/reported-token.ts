import { operation } from '../operation.ts';
import { id, object, oneOf, Type } from '../schema.ts';
import { grantedPolicy } from './granted-policy.ts';

/** Audit asks on behalf of whoever may read both the log and the token; it has decided on that. */
export const readReportedToken = operation({
  operationId: 'readReportedToken',
  service: 'platform',
  method: 'GET',
  path: '/internal/v1/workspaces/:ws/access-tokens/:id',
  summary: 'Read what a PAT of a workspace may do now',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: object({ ws: id('ws'), id: id('pat') }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      id: id('pat'),
      name: Type.String(),
      status: oneOf(['active', 'disabled', 'expired']),
      policy: grantedPolicy(),
    }),
  },
  faults: ['policy-denied', 'not-found'],
});
