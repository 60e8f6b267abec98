import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keysOf, verifyExport } from '@pcft/audit-proof';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  const params = { ws: owner.workspace.id };
  const reads = await Promise.all(
    Array.from({ length: 5 }, () => suite.call('listMembers', { auth: owner.pat, params })),
  );
  await waitForRows(suite, { auth: owner.pat, ws: params.ws }, reads.map(requestIdOf));
});
afterAll(() => suite.close());

const get = (query: Record<string, string | number> = {}, on: 'service' | 'gateway' = 'service') =>
  suite.call('exportWorkspaceAuditLog', { auth: owner.pat, params: { ws: owner.workspace.slug }, query, on });

describe('200', () => {
  it('streams what verifies offline by the published keys', async () => {
    const answer = await get({}, 'gateway');
    const keys = keysOf((await suite.call('getAuditKeys', {})).body);
    const verdict = await verifyExport(answer.text.split('\n'), { keys });
    expect(verdict).toMatchObject({ ok: true, log: owner.workspace.id });
    expect(verdict.rows).toBeGreaterThanOrEqual(5);
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="audit-${owner.workspace.id}.ndjson"`,
    );
  });

  it('gives a range, and CSV', async () => {
    const lines = (await get({ from_seq: 1, to_seq: 2 })).text.trim().split('\n');
    const rows = lines
      .map((line) => JSON.parse(line) as { type: string })
      .filter(({ type }) => type === 'row');
    expect(rows).toHaveLength(2);
    const csv = (await get({ format: 'csv', to_seq: 3 })).text.trim().split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[0]).toMatch(/^seq,id,timestamp,/);
  });
});

describe('400', () => {
  it.each([
    ['another format', { format: 'xml' }],
    ['a range that ends before it begins', { from_seq: 3, to_seq: 2 }],
    ['a row before the first', { from_seq: 0 }],
  ])('for %s', async (_what, query) => {
    expect((await get(query as Record<string, string>)).status).toBe(400);
  });
});
