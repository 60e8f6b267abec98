import { administeringAnApp } from '../heimdall-admin/administering-an-app.ts';
import { appParams } from '../heimdall-admin/apps.ts';
import { underHeimdall } from '../heimdall-admin/prefix.ts';
import { operation } from '../operation.ts';
import { nullable, object, oneOf, pageQuery, reference, timestamp, Type } from '../schema.ts';
import { readingTheLog } from './reading-the-log.ts';

/** Seed 001's row, with what the design adds. */
const auditLog = () =>
  object({
    id: Type.String(),
    app_id: nullable(Type.String()),
    actor_id: nullable(Type.String()),
    actor_type: nullable(Type.String()),
    action: Type.String({ description: 'The event where one is declared, else the policy action.' }),
    required_action: nullable(Type.String()),
    target_type: nullable(Type.String()),
    target_id: nullable(Type.String()),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    changes: nullable(Type.Record(Type.String(), Type.Unknown())),
    ip_address: nullable(Type.String()),
    user_agent: nullable(Type.String()),
    timestamp: timestamp(),
    pat_id: nullable(Type.String()),
    session_id: nullable(Type.String()),
    workspace_id: nullable(Type.String()),
    service: Type.String(),
    operation: nullable(Type.String()),
    resource: nullable(Type.String()),
    outcome: oneOf(['success', 'denied', 'failed']),
    decision: nullable(
      object({ layer: Type.String(), reason: Type.String(), statement: nullable(Type.Integer()) }),
    ),
    status: nullable(Type.Integer()),
    request_id: nullable(Type.String()),
    seq: Type.Integer({ description: 'Position in its chain, from 1.' }),
    hash: Type.String({ description: 'SHA-256 of the row over its predecessor, hex.' }),
  });

/** As in policies: whole segments, or `*` for one or more of them. */
export const actionFilter = () =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Event name or policy action, or a pattern: `heimdall.*`, `*.read`.',
    }),
  );

export const outcomeFilter = () => Type.Optional(oneOf(['success', 'denied', 'failed']));

const filters = {
  limit: pageQuery.limit,
  offset: Type.Optional(
    Type.Integer({ minimum: 0, default: 0, description: 'Up to 10,000; `cursor` goes on from there.' }),
  ),
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: '`next_cursor` of the page before, with the same filters and no `offset`.',
    }),
  ),
  action: actionFilter(),
  actor_id: Type.Optional(reference('Account, user or key.')),
  pat_id: Type.Optional(reference('PAT.')),
  target_id: Type.Optional(reference('Target.')),
  app_id: Type.Optional(reference('App id.')),
  resource: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'URN with all below it, or a pattern as in policies.',
    }),
  ),
  request_id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })),
  service: Type.Optional(reference('Service name.')),
  outcome: outcomeFilter(),
  access: Type.Optional(oneOf(['list', 'read', 'write', 'delete', 'permissions'])),
  ip: Type.Optional(
    Type.String({ minLength: 2, maxLength: 49, description: 'Address, or range in CIDR form, v4 or v6.' }),
  ),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'Up to eight words of metadata or changes, or beginnings of at least three characters; all have to be met.',
    }),
  ),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Inclusive.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Exclusive.' })),
};

const readingOfAnApp = administeringAnApp('heimdall.audit.read', 'read', { part: 'event/*' });

/** Rows of every workspace whose log the caller may read, and of the caller's own account. */
export const listAuditLogs = operation({
  operationId: 'listAuditLogs',
  service: 'audit',
  method: 'GET',
  path: '/v1/audit-logs',
  summary: 'List audit rows of the workspaces of the caller',
  dialect: 'platform',
  access: readingTheLog({ from: 'span' }),
  rateClass: 'platform',
  query: object(filters),
  success: { status: 200, shape: 'page', cursor: true, body: auditLog() },
});

export const listWorkspaceAuditLogs = operation({
  operationId: 'listWorkspaceAuditLogs',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs',
  summary: 'List audit rows of a workspace',
  dialect: 'platform',
  access: readingTheLog({ from: 'path', param: 'ws' }),
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.') }),
  query: object(filters),
  success: { status: 200, shape: 'page', cursor: true, body: auditLog() },
});

export const rowId = Type.String({
  pattern: '^(aud|raw)_[0-9A-Za-z]{1,64}$',
  description: '`aud_…`, or `raw_…` of one that could not be read.',
});

export const getWorkspaceAuditLog = operation({
  operationId: 'getWorkspaceAuditLog',
  service: 'audit',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-logs/:log_id',
  summary: 'Get one audit row of a workspace',
  dialect: 'platform',
  access: readingTheLog({ from: 'path', param: 'ws' }),
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.'), log_id: rowId }),
  success: { status: 200, shape: 'resource', body: auditLog() },
  faults: ['not-found'],
});

const { app_id: _theApp, ...appFilters } = filters;

/** Seed 001. Rows of the workspace's log that are about one app. */
export const listAppAuditLogs = operation({
  operationId: 'listAppAuditLogs',
  service: 'audit',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/audit-logs'),
  summary: 'List audit rows of an app',
  dialect: 'platform',
  access: readingOfAnApp,
  rateClass: 'admin',
  params: appParams,
  query: object(appFilters),
  success: { status: 200, shape: 'page', cursor: true, body: auditLog() },
});

/** Seed 001. */
export const getAppAuditLog = operation({
  operationId: 'getAppAuditLog',
  service: 'audit',
  method: 'GET',
  ...underHeimdall('/v1/apps/:app/audit-logs/:log_id'),
  summary: 'Get one audit row of an app',
  dialect: 'platform',
  access: readingOfAnApp,
  rateClass: 'admin',
  params: object({ ...appParams.properties, log_id: rowId }),
  success: { status: 200, shape: 'resource', body: auditLog() },
});
