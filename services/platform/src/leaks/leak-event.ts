import { createId } from '@pcft/credentials';
import type { AuditEvent } from '@pcft/events';
import type { LeakedCredential, LeakPlace } from './prisma-leak-store.ts';

/** Who reported, by which key, in which call. */
export interface LeakReporter {
  readonly keyId: string;
  readonly requestId: string;
  readonly traceId: string | null;
  readonly ip: string;
  readonly userAgent: string | null;
}

/** The row of one leaked credential, in the log of those it concerns. One alert may concern many. */
export function leakEvent(
  credential: LeakedCredential,
  { source, url }: LeakPlace,
  action: 'revoke' | 'quarantine',
  reporter: LeakReporter,
): AuditEvent {
  const { type, id, accountId, workspaceId, name, lastFour } = credential;
  const kind = type === 'pat' ? 'access-token' : 'session';
  return {
    id: createId('aud_'),
    log: workspaceId ?? accountId,
    service: 'platform',
    occurred_at: new Date().toISOString(),
    action: `${kind}.leaked`,
    required_action: null,
    operation: 'reportLeakedTokens',
    access: null,
    // Not its account: a leak is nobody's call.
    actor: { type: 'service', id: `secret-scanning:${reporter.keyId}`, pat_id: null, session_id: null },
    workspace_id: workspaceId,
    app_id: null,
    resource: null,
    target: { type: kind, id },
    outcome: 'success',
    decision: null,
    status: 200,
    request_id: reporter.requestId,
    trace_id: reporter.traceId,
    ip: reporter.ip,
    user_agent: reporter.userAgent,
    metadata: {
      name,
      ...(lastFour !== '' && { last_four: lastFour }),
      url,
      source,
      action,
      account_id: accountId,
    },
    changes: null,
  };
}
