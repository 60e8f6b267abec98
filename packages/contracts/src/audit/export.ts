import { operation } from '../operation.ts';
import { object, oneOf, reference, Type } from '../schema.ts';

const seq = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 52, description }));

/** The whole log or a range of it, streamed; `docs/audit-chain.md` describes the lines. */
export const exportWorkspaceAuditLog = operation({
  operationId: 'exportWorkspaceAuditLog',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs/export',
  summary: 'Export the audit log of a workspace',
  description:
    '`ndjson` holds the chained bytes with what signed checkpoints say of them, for `pcft audit verify`; `csv` is for ' +
    'spreadsheets. An export without its last line was cut short.',
  dialect: 'platform',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.audit.export',
      access: 'read',
      lowestRole: 'admin',
      scopes: [],
      resource: 'pcft:audit:workspace/{workspace}/event/*',
      workspace: { from: 'path', param: 'ws' },
    },
  },
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.') }),
  query: object({
    format: Type.Optional(oneOf(['ndjson', 'csv'])),
    from_seq: seq('First row; 1 if left out.'),
    to_seq: seq('Last row; the newest if left out.'),
  }),
  success: { status: 200, shape: 'stream', body: null, mediaTypes: ['application/x-ndjson', 'text/csv'] },
});
