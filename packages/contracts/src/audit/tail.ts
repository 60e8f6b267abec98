import { operation } from '../operation.ts';
import { object, oneOf, reference, Type } from '../schema.ts';
import { readingTheLog } from './reading-the-log.ts';

const seq = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 52, description }));

/** What rows have to be like, of a live tail or a sink: all that are given have to hold. */
export const liveFilters = {
  action: Type.Optional(
    Type.String({
      maxLength: 128,
      pattern: '^([a-z0-9][a-z0-9_-]*|\\*)(\\.([a-z0-9][a-z0-9_-]*|\\*))*$',
      description: 'Event name or policy action; `*` stands for one or more whole segments.',
    }),
  ),
  service: Type.Optional(reference('Service name.')),
  outcome: Type.Optional(oneOf(['success', 'denied', 'failed'])),
  actor_id: Type.Optional(reference('Account, user or key.')),
  pat_id: Type.Optional(reference('PAT.')),
  app_id: Type.Optional(reference('App id.')),
};

/** Server-sent events (WHATWG HTML, section 9.2); docs/audit-live.md. */
export const tailWorkspaceAuditLog = operation({
  operationId: 'tailWorkspaceAuditLog',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs/tail',
  summary: 'Follow the audit log of a workspace',
  description:
    'Each row is an event whose `id` is its `seq` and whose data is the row as `GET …/audit-logs` shows it. ' +
    '`Last-Event-ID`, or `after_seq`, goes on behind that row without gap or repetition; without them the stream ' +
    'begins with the next row. It ends when the credential may no more read the log, after `seconds`, or when the ' +
    'service goes away, with an event `end` that says why.',
  dialect: 'platform',
  access: readingTheLog({ from: 'path', param: 'ws' }),
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.') }),
  query: object({
    ...liveFilters,
    after_seq: seq('Goes on behind this row; 0 is the beginning of the log.'),
    seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 14_400,
        default: 3_600,
        description: 'After how long the stream ends; 0: when all rows there are have been sent.',
      }),
    ),
  }),
  headers: object({
    'last-event-id': Type.Optional(
      Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$', description: 'Beats `after_seq`.' }),
    ),
  }),
  success: { status: 200, shape: 'stream', body: null, mediaTypes: ['text/event-stream'] },
  faults: ['too-many-streams'],
});
