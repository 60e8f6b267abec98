import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let other: Owner;

beforeAll(async () => {
  suite = await connectSuite();
  [owner, other] = await Promise.all([suite.createOwner(), suite.createOwner()]);
});
afterAll(() => suite.close());

const read = (auth: string, query: Record<string, string | number> = {}) =>
  suite.call('listAuditLogs', { auth, query: { limit: 100, ...query } });

const logsOf = (rows: ReturnType<typeof rowsIn>) => new Set(rows.map((row) => row['workspace_id']));

describe('200', () => {
  it('spans the workspaces whose log the caller may read, and no other', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const call = await suite.call('listMembers', { auth: admin.session, params: { ws: owner.workspace.id } });
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [requestIdOf(call)]);
    const rows = rowsIn(await read(admin.session));
    expect(logsOf(rows)).toContain(owner.workspace.id);
    expect(logsOf(rows)).not.toContain(other.workspace.id);

    await suite.setRole({ id: admin.id, workspace: owner.workspace }, 'member');
    expect(logsOf(rowsIn(await read(admin.session)))).not.toContain(owner.workspace.id);
  });

  it('shows the log of the account to its session, not to a pinned token', async () => {
    const query = { actor_id: owner.id, action: 'account.signed-in' };
    const named = rowsIn(await read(owner.session, { actor_id: owner.id }));
    const ofAccount = named.filter((row) => row['workspace_id'] === null);
    expect(ofAccount.length).toBeGreaterThan(0);
    expect(rowsIn(await read(owner.pat, query)).filter((row) => row['workspace_id'] === null)).toEqual([]);
    expect(rowsIn(await read(other.session, { actor_id: owner.id }))).toEqual([]);
  });

  it('a pinned token reads its workspace alone', async () => {
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [
      requestIdOf(await read(owner.pat)),
    ]);
    expect([...logsOf(rowsIn(await read(owner.pat)))]).toEqual([owner.workspace.id]);
  });

  it('filters and pages as the log of one workspace does', async () => {
    const call = await suite.call('listMembers', { auth: owner.pat, params: { ws: owner.workspace.id } });
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [requestIdOf(call)]);
    // What the platform wrote up to a row of its own that has come has come too.
    const [last] = rowsIn(await read(owner.session, { request_id: requestIdOf(call) }));
    const query = { service: 'platform', to: String(last?.['timestamp']) };
    const whole = rowsIn(await read(owner.session, query));
    expect(whole.length).toBeGreaterThan(3);
    const pages = [];
    for (let offset = 0; offset < whole.length; offset += 3) {
      pages.push(...rowsIn(await read(owner.session, { ...query, limit: 3, offset })));
    }
    expect(pages).toEqual(whole);
    const denied = rowsIn(await read(owner.session, { outcome: 'denied' }));
    expect(denied.every((row) => row['outcome'] === 'denied')).toBe(true);
  });
});

it('400 with an unknown filter, an absurd page or times the wrong way round', async () => {
  for (const query of [
    { colour: 'red' },
    { limit: 0 },
    { offset: 10_001 },
    { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
  ]) {
    expect((await read(owner.pat, query as Record<string, string | number>)).status).toBe(400);
  }
});

it('401 without a credential', async () => {
  expect((await suite.call('listAuditLogs', {})).status).toBe(401);
});

it('403 when the policy allows it nowhere', async () => {
  const policy = [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }];
  const { secret } = await suite.mint(owner, { policy });
  const { status, headers } = await read(secret);
  expect([status, headers['x-required-action']]).toEqual([403, 'workspace.audit.read']);
});
