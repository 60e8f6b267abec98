import { operation } from '../operation.ts';
import { nullable, object, oneOf, reference, Type } from '../schema.ts';
import { actionFilter, outcomeFilter } from './audit-logs.ts';
import { readingTheLog } from './reading-the-log.ts';

const day = (description: string) => Type.String({ pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$', description });

/** For charts. Counted as rows are chained, so it is exact and costs the same however many they are. */
export const countAuditLogs = operation({
  operationId: 'countAuditLogs',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs/counts',
  summary: 'Count audit rows of a workspace by day',
  description:
    'Days without rows are left out. What is beyond the `top` most frequent comes together under `null`. Rows that ' +
    'retention has removed stay counted.',
  dialect: 'platform',
  access: readingTheLog({ from: 'path', param: 'ws' }),
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.') }),
  query: object({
    by: Type.Optional(
      oneOf(['action', 'service', 'outcome', 'access'], 'What each day is divided by; `action` if left out.'),
    ),
    from: Type.Optional(day('First day, UTC; 29 days before `to` if left out.')),
    to: Type.Optional(day('Last day, UTC; today if left out. At most 400 days in all.')),
    top: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })),
    action: actionFilter(),
    service: Type.Optional(reference('Service name.')),
    outcome: outcomeFilter(),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      by: Type.String(),
      from: Type.String(),
      to: Type.String(),
      total: Type.Integer({ minimum: 0 }),
      counts: Type.Array(
        object({
          day: Type.String(),
          name: nullable(Type.String({ description: 'The action, service, outcome or access level.' })),
          rows: Type.Integer({ minimum: 1 }),
        }),
        { description: 'The oldest day first; within a day the most frequent first.' },
      ),
    }),
  },
});
