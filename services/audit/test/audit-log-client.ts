import type { Answer, Suite } from '@pcft/testing';

/** A row as the API shows it. */
export type WireRow = Record<string, unknown> & { request_id: string; action: string; seq: number };

export const requestIdOf = (answer: Answer): string => answer.headers['x-request-id'] ?? '';

export const rowsIn = (answer: Answer): WireRow[] => (answer.body as { data: WireRow[] }).data;

/** Asks until the rows of all these calls are in the log, for the 2 s it promises at most. */
export async function waitForRows(
  suite: Suite,
  reader: { auth: string; ws: string },
  requestIds: readonly string[],
): Promise<void> {
  const end = performance.now() + 2_000;
  for (const requestId of requestIds) {
    for (;;) {
      const answer = await suite.call('listWorkspaceAuditLogs', {
        auth: reader.auth,
        params: { ws: reader.ws },
        query: { request_id: requestId },
      });
      if (rowsIn(answer).length > 0) break;
      if (performance.now() > end) throw new Error(`no row of ${requestId} within 2 s`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}
