import { createId } from '@pcft/credentials';
import type { AuditEvent } from '../src/index.ts';

/** A read by a PAT, with what the test cares about on top. */
export function sampleEvent(fields: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: createId('aud_'),
    log: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
    service: 'platform',
    occurred_at: new Date().toISOString(),
    action: 'workspace.read',
    required_action: 'workspace.read',
    operation: 'getWorkspace',
    access: 'read',
    actor: { type: 'account', id: createId('acc_'), pat_id: createId('pat_'), session_id: null },
    workspace_id: 'ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
    app_id: null,
    resource: 'pcft:platform:workspace/ws_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
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
