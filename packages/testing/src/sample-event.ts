import { createId } from '@pcft/credentials';
import type { AuditEvent } from '@pcft/events';

/** A read by a PAT in a workspace of its own, with what the test cares about on top. */
export function sampleEvent(fields: Partial<AuditEvent> = {}): AuditEvent {
  const log = fields.log ?? createId('ws_');
  return {
    id: createId('aud_'),
    log,
    service: 'platform',
    occurred_at: new Date().toISOString(),
    action: 'workspace.read',
    required_action: 'workspace.read',
    operation: 'getWorkspace',
    access: 'read',
    actor: { type: 'account', id: createId('acc_'), pat_id: createId('pat_'), session_id: null },
    workspace_id: log,
    app_id: null,
    resource: `pcft:platform:workspace/${log}`,
    target: null,
    outcome: 'success',
    decision: { layer: 'policy', reason: 'allowed', statement: 0 },
    status: 200,
    request_id: createId('req_'),
    trace_id: null,
    ip: '203.0.113.42',
    user_agent: 'curl/8.5.0',
    metadata: {},
    changes: null,
    ...fields,
  };
}
