import type { auditOperations, QueryOf, SuccessOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { unreadableAction } from '../ingest/chain-entry.ts';
import type { AppOwner } from './app-owners.ts';
import type { AuditLogStore } from './audit-log-store.ts';
import type { AuditRow } from './audit-row.ts';
import { encodeCursor } from './cursor.ts';
import { filterFromWire, questionOf, windowFromWire } from './list-query.ts';
import { ownLog } from './own-log.ts';

type Operations = Pick<
  typeof auditOperations,
  'listAuditLogs' | 'listWorkspaceAuditLogs' | 'getWorkspaceAuditLog' | 'listAppAuditLogs' | 'getAppAuditLog'
>;
type Query = QueryOf<Operations['listAuditLogs']>;
type AppQuery = QueryOf<Operations['listAppAuditLogs']>;
type WireRow = SuccessOf<Operations['listAuditLogs']>;

export function auditLogHandlers({ auditLog }: { auditLog: AuditLogStore }): Handlers<Operations> {
  const list = async (logs: readonly string[], query: Query | AppQuery, appId?: string) => {
    const filter = { ...filterFromWire(query), ...(appId !== undefined && { appId }) };
    const question = questionOf(filter);
    const window = windowFromWire(query, question);
    const { items, total, isTotalExceeded, hasMore } = await auditLog.list(logs, filter, window);
    const last = items.at(-1);
    const nextCursor = hasMore && last ? encodeCursor(last, question) : null;
    return { items: items.map(toWire), total, isTotalExceeded, nextCursor };
  };
  const get = async (id: string, log: string | undefined, appId?: string) => {
    const row = log === undefined ? null : await auditLog.get(id, [log]);
    if (!row || (appId !== undefined && row.event?.app_id !== appId)) throw new Fault('not-found');
    return toWire(row);
  };
  return {
    listAuditLogs(call: Call<Operations['listAuditLogs']>) {
      const own = ownLog(call);
      return list([...call.visible.map(({ id }) => id), ...(own === null ? [] : [own])], call.query);
    },
    listWorkspaceAuditLogs({ access, query }: Call<Operations['listWorkspaceAuditLogs']>) {
      return list(access ? [access.id] : [], query);
    },
    getWorkspaceAuditLog({ access, params }: Call<Operations['getWorkspaceAuditLog']>) {
      return get(params.log_id, access?.id);
    },
    listAppAuditLogs({ located, query }: Call<Operations['listAppAuditLogs'], AppOwner>) {
      return list([located.workspaceId], query, located.id);
    },
    getAppAuditLog({ located, params }: Call<Operations['getAppAuditLog'], AppOwner>) {
      return get(params.log_id, located.workspaceId, located.id);
    },
  };
}

/** A row as every operation shows it. */
export function toWire({ id, seq, hash, source, occurredAt, event }: AuditRow): WireRow {
  const place = { id, seq: Number(seq), hash: Buffer.from(hash).toString('hex') };
  if (!event) return { ...unreadable, ...place, service: source, timestamp: occurredAt.toISOString() };
  return {
    ...place,
    app_id: event.app_id,
    actor_id: event.actor.id,
    actor_type: event.actor.type,
    action: event.action,
    required_action: event.required_action,
    target_type: event.target?.type ?? null,
    target_id: event.target?.id ?? null,
    metadata: event.metadata,
    changes: event.changes,
    ip_address: event.ip,
    user_agent: event.user_agent,
    timestamp: event.occurred_at,
    pat_id: event.actor.pat_id,
    session_id: event.actor.session_id,
    workspace_id: event.workspace_id,
    service: event.service,
    operation: event.operation,
    resource: event.resource,
    outcome: event.outcome,
    decision: event.decision,
    status: event.status,
    request_id: event.request_id,
  };
}

/** An event that could not be read keeps its place in the log, and shows there. */
const unreadable = {
  app_id: null,
  actor_id: null,
  actor_type: null,
  action: unreadableAction,
  required_action: null,
  target_type: null,
  target_id: null,
  metadata: {},
  changes: null,
  ip_address: null,
  user_agent: null,
  pat_id: null,
  session_id: null,
  workspace_id: null,
  operation: null,
  resource: null,
  outcome: 'failed',
  decision: null,
  status: null,
  request_id: null,
} as const;
