import type { AuditEvent } from '@pcft/events';
import type { Answer } from './call-operation.ts';
import type { Suite } from './suite.ts';

const waitMs = 10_000;

/** The audit row of a call, as soon as audit has it. Throws when it does not come. */
export async function auditRowOf(suite: Suite, answer: Pick<Answer, 'headers'>): Promise<AuditEvent> {
  const requestId = answer.headers['x-request-id'];
  const until = Date.now() + waitMs;
  for (;;) {
    const { rows } = await suite
      .database('audit', 'owner')
      .query<{ body: Buffer }>('SELECT body FROM audit_event WHERE request_id = $1', [requestId]);
    if (rows.length > 1) throw new Error(`${rows.length} rows for one call`);
    if (rows[0]) return JSON.parse(rows[0].body.toString('utf8')) as AuditEvent;
    if (Date.now() > until) throw new Error(`no audit row for ${requestId}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
