import { operation } from '../operation.ts';
import { id, object, reference } from '../schema.ts';

/**
 * Whose an app is. Neither id, name nor workspace of an app ever changes, so the answer may be kept for good; an
 * archived app has one too.
 */
export const findAppOwner = operation({
  operationId: 'findAppOwner',
  service: 'heimdall-admin',
  method: 'GET',
  path: '/internal/v1/apps/:app/owner',
  summary: 'The workspace of an app',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: object({ app: reference('App id or name.') }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({ id: id('app'), workspace_id: id('ws') }),
  },
  faults: ['not-found', 'policy-denied'],
});
