import { operation, type Authorization } from '../operation.ts';
import {
  id,
  line,
  nullable,
  object,
  oneOf,
  pageQuery,
  reference,
  secret,
  timestamp,
  Type,
  type TProperties,
} from '../schema.ts';
import { liveFilters } from './tail.ts';

const kinds = ['webhook', 'file', 'syslog'] as const;

const url = () =>
  Type.String({
    minLength: 8,
    maxLength: 2_048,
    pattern: '^(https?|syslog\\+tls|syslog\\+tcp)://[!-~]+$',
    description:
      'Of a webhook `https://…` on the public internet; of syslog `syslog+tls://host:port` or `syslog+tcp://host:port`, ' +
      'one of those that whoever runs the suite allows; of a file none.',
  });

const filter = () => object(liveFilters, { description: 'Which rows; all that are given have to hold.' });

const sink = <P extends TProperties>(extra: P) =>
  object({
    id: id('snk'),
    name: Type.String(),
    kind: oneOf(kinds),
    url: nullable(Type.String()),
    filter: filter(),
    enabled: Type.Boolean(),
    status: oneOf(
      ['active', 'failing', 'disabled', 'gave_up'],
      '`gave_up`: it failed for days and was disabled; enable it to go on where it stood.',
    ),
    delivered_seq: Type.Integer({
      minimum: 0,
      description: 'All rows up to here were delivered, or did not fit.',
    }),
    lag: Type.Integer({ minimum: 0, description: 'How many rows the log is ahead.' }),
    delivered_at: nullable(timestamp()),
    failures: Type.Integer({ minimum: 0, description: 'In a row.' }),
    failing_since: nullable(timestamp()),
    last_error: nullable(Type.String()),
    next_attempt_at: nullable(timestamp()),
    created_at: timestamp(),
    updated_at: timestamp(),
    ...extra,
  });

const collection = object({ ws: reference('Workspace id or slug.') });
const item = object({ ws: reference('Workspace id or slug.'), sink: id('snk', 'The sink.') });

/** What a sink is sent outlives the credential that made it, so making one is no mere writing. */
const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete' | 'rotate' | 'test',
  access: Authorization['access'],
  of: '*' | '{sink}',
): Authorization => ({
  action: `workspace.audit-sink.${verb}`,
  access,
  lowestRole: 'admin',
  scopes: [],
  resource: `pcft:audit:workspace/{workspace}/sink/${of}`,
  workspace: { from: 'path', param: 'ws' },
});

const shared = { service: 'audit', dialect: 'platform', rateClass: 'platform' } as const;

export const createAuditSink = operation({
  ...shared,
  operationId: 'createAuditSink',
  method: 'POST',
  path: '/v1/workspaces/:ws/audit-sinks',
  summary: 'Forward the audit log of a workspace',
  description:
    'Rows are sent in order, at least once, from the next one on or from the beginning. Webhooks are signed as Standard ' +
    'Webhooks says, by the secret that is shown here and never again.',
  access: { kind: 'policy', authorization: authorization('create', 'permissions', '*') },
  params: collection,
  body: object({
    name: line(100),
    kind: oneOf(kinds),
    url: Type.Optional(url()),
    filter: Type.Optional(filter()),
    from: Type.Optional(oneOf(['now', 'beginning'])),
    enabled: Type.Optional(Type.Boolean({ default: true })),
  }),
  success: {
    status: 201,
    shape: 'resource',
    body: sink({ secret: nullable(secret('Of a webhook. Shown once; store it now.')) }),
  },
  faults: ['conflict'],
  event: 'audit-sink.created',
  changes: true,
});

export const listAuditSinks = operation({
  ...shared,
  operationId: 'listAuditSinks',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-sinks',
  summary: 'List where the audit log is forwarded to, and how that goes',
  access: { kind: 'policy', authorization: authorization('list', 'list', '*') },
  params: collection,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', body: sink({}) },
});

export const getAuditSink = operation({
  ...shared,
  operationId: 'getAuditSink',
  method: 'GET',
  path: '/v1/workspaces/:ws/audit-sinks/:sink',
  summary: 'Get one sink of the audit log',
  access: { kind: 'policy', authorization: authorization('read', 'read', '{sink}') },
  params: item,
  success: { status: 200, shape: 'resource', body: sink({}) },
});

export const updateAuditSink = operation({
  ...shared,
  operationId: 'updateAuditSink',
  method: 'PATCH',
  path: '/v1/workspaces/:ws/audit-sinks/:sink',
  summary: 'Change, enable or disable a sink of the audit log',
  description: 'An enabled sink goes on where it stood, and tries at once.',
  access: { kind: 'policy', authorization: authorization('update', 'permissions', '{sink}') },
  params: item,
  body: Type.Object(
    {
      name: Type.Optional(line(100)),
      url: Type.Optional(url()),
      filter: Type.Optional(filter()),
      enabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  success: { status: 200, shape: 'resource', body: sink({}) },
  event: 'audit-sink.updated',
  changes: true,
});

export const deleteAuditSink = operation({
  ...shared,
  operationId: 'deleteAuditSink',
  method: 'DELETE',
  path: '/v1/workspaces/:ws/audit-sinks/:sink',
  summary: 'Forward the audit log there no more',
  access: { kind: 'policy', authorization: authorization('delete', 'delete', '{sink}') },
  params: item,
  success: { status: 204, shape: 'resource', body: null },
  event: 'audit-sink.deleted',
  changes: true,
});

export const rotateAuditSinkSecret = operation({
  ...shared,
  operationId: 'rotateAuditSinkSecret',
  method: 'POST',
  path: '/v1/workspaces/:ws/audit-sinks/:sink/rotate-secret',
  summary: 'Give a webhook of the audit log a new secret',
  description: 'Until the overlap ends both secrets sign, so that the receiver can change over.',
  access: { kind: 'policy', authorization: authorization('rotate', 'permissions', '{sink}') },
  params: item,
  body: object({
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        default: 86_400,
        description: 'How long the secret it had goes on signing beside the new one; 7 days at most.',
      }),
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: sink({
      secret: secret('Shown once; store it now.'),
      previous_secret_expires_at: timestamp(),
    }),
  },
  faults: ['conflict'],
  event: 'audit-sink-secret.rotated',
  changes: true,
});

export const testAuditSink = operation({
  ...shared,
  operationId: 'testAuditSink',
  method: 'POST',
  path: '/v1/workspaces/:ws/audit-sinks/:sink/test',
  summary: 'Send a sink a message that holds no row, and tell what came of it',
  access: { kind: 'policy', authorization: authorization('test', 'write', '{sink}') },
  params: item,
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      delivered: Type.Boolean(),
      error: nullable(Type.String()),
      duration_ms: Type.Integer({ minimum: 0 }),
    }),
  },
});
