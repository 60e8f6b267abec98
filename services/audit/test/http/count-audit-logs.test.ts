import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let today: string;

interface Counts {
  total: number;
  counts: { day: string; name: string | null; rows: number }[];
}

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  const params = { ws: owner.workspace.id };
  const { secret } = await suite.mint(owner, {
    policy: [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }],
  });
  const calls = [
    ...(await Promise.all([1, 2, 3].map(() => suite.call('listMembers', { auth: owner.pat, params })))),
    await suite.call('listMembers', { auth: secret, params }),
  ];
  await waitForRows(suite, { auth: owner.pat, ws: params.ws }, calls.map(requestIdOf));
  today = new Date().toISOString().slice(0, 10);
});
afterAll(() => suite.close());

const count = (query: Record<string, string | number> = {}, auth = owner.pat, ws = owner.workspace.id) =>
  suite.call('countAuditLogs', { auth, params: { ws }, query });

describe('200', () => {
  it('counts the rows of each day by action, as the list shows them', async () => {
    const { status, body } = await count({ action: 'workspace.member.*' });
    expect(status).toBe(200);
    const rows = rowsIn(
      await suite.call('listWorkspaceAuditLogs', {
        auth: owner.pat,
        params: { ws: owner.workspace.id },
        query: { action: 'workspace.member.*', limit: 100 },
      }),
    );
    const { total, counts } = body as Counts;
    expect(total).toBe(rows.length);
    const listed = Map.groupBy(rows, (row) => `${String(row['timestamp']).slice(0, 10)} ${row.action}`);
    expect(new Map(counts.map(({ day, name, rows: each }) => [`${day} ${name}`, each]))).toEqual(
      new Map([...listed].map(([key, each]) => [key, each.length])),
    );
  });

  it('by outcome, service and access level, for the days asked for', async () => {
    const byOutcome = (
      await count({ by: 'outcome', action: 'workspace.member.list', from: today, to: today })
    ).body as Counts;
    expect(byOutcome.counts).toEqual([
      { day: today, name: 'success', rows: 3 },
      { day: today, name: 'denied', rows: 1 },
    ]);
    const denied = (await count({ by: 'access', outcome: 'denied', service: 'platform' })).body as Counts;
    expect(denied.counts).toEqual([{ day: today, name: 'list', rows: 1 }]);
    const byService = (await count({ by: 'service' })).body as Counts;
    expect(byService.counts.map(({ name }) => name)).toContain('platform');
    const past = await count({ from: '2024-01-01', to: '2024-02-01' });
    expect(past.body).toEqual({ by: 'action', from: '2024-01-01', to: '2024-02-01', total: 0, counts: [] });
  });

  it('puts what is beyond the most frequent together', async () => {
    const { counts, total } = (await count({ top: 1 })).body as Counts;
    expect(counts.map(({ name }) => name === null)).toContain(true);
    expect(new Set(counts.map(({ name }) => name)).size).toBe(2);
    expect(counts.reduce((sum, { rows }) => sum + rows, 0)).toBe(total);
  });
});

describe('400', () => {
  it.each([
    { from: '2026-11-02', to: '2026-11-01' },
    { from: '2024-01-01', to: '2025-12-01' },
    { from: '2026-02-30' },
    { to: 'today' },
    { by: 'actor' },
    { top: 51 },
    { action: 'work*.read' },
    { colour: 'red' },
  ])('with %j', async (query) => {
    const { status, body } = await count(query);
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.error.details[0]).toEqual({ field: Object.keys(query)[0], reason: expect.any(String) });
  });
});

describe('403, 404', () => {
  it('403 for a member, 404 for a stranger', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await count({}, member.session)).status).toBe(403);
    const stranger = await suite.createOwner();
    expect((await count({}, stranger.pat)).status).toBe(404);
  });
});
