import { createId } from '@pcft/credentials';
import type { AuditEvent } from '@pcft/events';
import type { HeldSink } from './sink-queue.ts';

/** The row that tells the workspace that one of its sinks takes nothing any more: nobody's call. */
export function gaveUpEvent({ id, log, kind, failures }: HeldSink, error: string): AuditEvent {
  return {
    id: createId('aud_'),
    log,
    service: 'audit',
    occurred_at: new Date().toISOString(),
    action: 'audit-sink.gave-up',
    required_action: null,
    operation: 'deliverToSink',
    access: null,
    actor: { type: 'service', id: 'audit', pat_id: null, session_id: null },
    workspace_id: log,
    app_id: null,
    resource: `pcft:audit:workspace/${log}/sink/${id}`,
    target: { type: 'audit-sink', id },
    outcome: 'failed',
    decision: null,
    status: 502,
    request_id: createId('req_'),
    trace_id: null,
    ip: null,
    user_agent: null,
    metadata: { kind, failures: failures + 1, error },
    changes: null,
  };
}
