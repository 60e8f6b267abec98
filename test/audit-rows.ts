import type { Answer, Suite } from '@pcft/testing';

/** A row of the audit log as the API shows it. */
export interface AuditRow {
  readonly id: string;
  readonly action: string;
  readonly required_action: string | null;
  readonly actor_id: string | null;
  readonly pat_id: string | null;
  readonly session_id: string | null;
  readonly ip_address: string | null;
  readonly workspace_id: string | null;
  readonly app_id: string | null;
  readonly resource: string | null;
  readonly outcome: string;
  readonly status: number;
  readonly request_id: string;
  readonly operation: string;
  readonly service: string;
  readonly decision: { readonly layer: string; readonly reason: string } | null;
  readonly seq: number;
  readonly hash: string;
}

export const requestIdOf = (answer: Answer): string => answer.headers['x-request-id'] ?? '';

/**
 * The rows of a call, as soon as there is one; within the 2 s the log promises.
 * `reader` is a credential that may read the log of the workspace.
 */
export async function rowsOf(
  suite: Suite,
  reader: { auth: string; ws: string },
  requestId: string,
  withinMs = 2000,
): Promise<AuditRow[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await suite.call('listWorkspaceAuditLogs', {
      auth: reader.auth,
      params: { ws: reader.ws },
      query: { request_id: requestId },
    });
    if (answer.status !== 200) throw new Error(`the log cannot be read: ${answer.text}`);
    const rows = answer.body.data as AuditRow[];
    if (rows.length > 0 || performance.now() > deadline) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
