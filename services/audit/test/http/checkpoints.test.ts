import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  isRowProof,
  keysOf,
  verifyRow,
  verifySpan,
  type CheckpointKeys,
  type ProvenSpan,
} from '@pcft/audit-proof';
import { createId } from '@pcft/credentials';
import { connectSuite, type Answer, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let keys: CheckpointKeys;
let rowId: string;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  keys = keysOf((await suite.call('getAuditKeys', { on: 'gateway' })).body);
  const params = { ws: owner.workspace.id };
  const read = await suite.call('listMembers', { auth: owner.pat, params });
  await waitForRows(suite, { auth: owner.pat, ws: params.ws }, [requestIdOf(read)]);
  const query = { request_id: requestIdOf(read) };
  const [row] = rowsIn(await suite.call('listWorkspaceAuditLogs', { auth: owner.pat, params, query }));
  rowId = row?.['id'] as string;
});
afterAll(() => suite.close());

const prove = (id: string, by: Owner = owner) =>
  suite.call('getAuditLogProof', { auth: by.pat, params: { ws: by.workspace.id, log_id: id } });

/** A row is sealed with the next checkpoint. */
async function sealed(): Promise<Answer> {
  for (const end = performance.now() + 30_000; ;) {
    const answer = await prove(rowId);
    if (answer.status !== 409 || performance.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe('getAuditLogProof', () => {
  it('200: proves a row by the published keys alone', async () => {
    const { status, body } = await sealed();
    expect(status).toBe(200);
    if (!isRowProof(body)) throw new Error('not a proof');
    expect(verifyRow(body, keys)).toMatchObject({ ok: true });
    expect(JSON.parse(body.row.body ?? '')).toMatchObject({ id: rowId, operation: 'listMembers' });
  });

  it('409: for a row that no checkpoint holds yet', async () => {
    const params = { ws: owner.workspace.id };
    for (const end = performance.now() + 20_000; ;) {
      const read = await suite.call('listMembers', { auth: owner.pat, params });
      await waitForRows(suite, { auth: owner.pat, ws: params.ws }, [requestIdOf(read)]);
      const query = { request_id: requestIdOf(read) };
      const [row] = rowsIn(await suite.call('listWorkspaceAuditLogs', { auth: owner.pat, params, query }));
      const { status } = await prove(row?.['id'] as string);
      if (status === 409 || performance.now() > end) return expect(status).toBe(409);
    }
  });

  it('404: for a row of another workspace as for none', async () => {
    const stranger = await suite.createOwner();
    const [foreign, absent] = [await prove(rowId, stranger), await prove(createId('aud_'), stranger)];
    expect([foreign.status, absent.status]).toEqual([404, 404]);
  });
});

describe('listCheckpoints', () => {
  it('200: gives what is signed of the logs of the caller, and of nobody else', async () => {
    await sealed();
    const list = (by: Owner, query: Record<string, string> = {}) =>
      suite.call('listCheckpoints', { auth: by.pat, query });
    const { body } = await list(owner);
    const spans = (body as { data: ProvenSpan[] }).data;
    expect(spans.length).toBeGreaterThan(0);
    expect(new Set(spans.map(({ log }) => log))).toEqual(new Set([owner.workspace.id]));
    for (const span of spans) expect(verifySpan(span, keys)).toMatchObject({ number: expect.any(Number) });
    const stranger = await suite.createOwner();
    expect((await list(stranger, { workspace_id: owner.workspace.id })).body.data).toEqual([]);
  });
});

describe('getAuditKeys', () => {
  it('200, and 304 for who has them', async () => {
    const answer = await suite.call('getAuditKeys', {});
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    const again = await suite.call('getAuditKeys', {
      headers: { 'if-none-match': answer.headers['etag'] ?? '' },
    });
    expect([answer.status, again.status]).toEqual([200, 304]);
  });
});
