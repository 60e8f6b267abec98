import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createId } from '@pcft/credentials';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let stranger: Owner;
const madeBy: Record<'list' | 'mint' | 'denied', string> = { list: '', mint: '', denied: '' };
let narrow: { id: string; secret: string };

beforeAll(async () => {
  suite = await connectSuite();
  [owner, stranger] = await Promise.all([suite.createOwner(), suite.createOwner()]);
  const ws = owner.workspace.id;
  const list = await suite.call('listMembers', {
    auth: owner.pat,
    params: { ws },
    headers: { 'user-agent': 'audit-test/1' },
  });
  const mint = await suite.call('createAccessToken', {
    auth: owner.session,
    params: { ws },
    body: { name: 'narrow', policy: [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }] },
  });
  narrow = { id: mint.body.id, secret: mint.body.secret };
  const denied = await suite.call('listMembers', { auth: narrow.secret, params: { ws } });
  expect([list.status, mint.status, denied.status]).toEqual([200, 201, 403]);
  Object.assign(madeBy, {
    list: requestIdOf(list),
    mint: requestIdOf(mint),
    denied: requestIdOf(denied),
  });
  await waitForRows(suite, { auth: owner.pat, ws }, Object.values(madeBy));
});
afterAll(() => suite.close());

const read = (query: Record<string, string | number> = {}, auth = owner.pat, ws = owner.workspace.id) =>
  suite.call('listWorkspaceAuditLogs', { auth, params: { ws }, query });

describe('200', () => {
  it('shows a read with PAT, caller, address, action and resource', async () => {
    const [row] = rowsIn(await read({ request_id: madeBy.list }));
    expect(row).toMatchObject({
      id: expect.stringMatching(/^aud_/),
      actor_id: owner.id,
      actor_type: 'account',
      pat_id: owner.patId,
      session_id: null,
      workspace_id: owner.workspace.id,
      ip_address: '127.0.0.1',
      user_agent: 'audit-test/1',
      outcome: 'success',
      status: 200,
      service: 'platform',
      operation: 'listMembers',
      request_id: madeBy.list,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(row?.action).toBe(row?.['required_action']);
    expect(row?.['resource']).toContain(owner.workspace.id);
  });

  it('shows a change by its event, findable by event and by policy action', async () => {
    const [row] = rowsIn(await read({ request_id: madeBy.mint }));
    expect(row).toMatchObject({
      outcome: 'success',
      pat_id: null,
      session_id: expect.stringMatching(/^ses_/),
    });
    for (const action of [row?.action ?? '', String(row?.['required_action'])]) {
      const found = rowsIn(await read({ action, limit: 100 }));
      expect(found.map(({ request_id }) => request_id)).toContain(madeBy.mint);
    }
  });

  it('shows a denial with what decided', async () => {
    const [row] = rowsIn(await read({ outcome: 'denied', pat_id: narrow.id }));
    expect(row).toMatchObject({
      request_id: madeBy.denied,
      status: 403,
      decision: { layer: 'policy', reason: expect.any(String) },
    });
  });

  it('newest first, in pages that together are the whole', async () => {
    // Up to a row that has come: what its service wrote before has come too, and nobody had read the log by then.
    const to = String(rowsIn(await read({ request_id: madeBy.denied }))[0]?.['timestamp']);
    const whole = await read({ to, limit: 100 });
    const rows = rowsIn(whole);
    const { total } = whole.body.pagination;
    expect([total, rows.length > 2]).toEqual([rows.length, true]);
    const times = rows.map(({ timestamp }) => String(timestamp));
    expect(times).toEqual(times.toSorted().toReversed());
    const pages = [];
    for (let offset = 0; offset < total; offset += 2) pages.push(await read({ to, limit: 2, offset }));
    expect(pages.flatMap(rowsIn)).toEqual(rows);
    expect(pages.map(({ body }) => body.pagination.has_more)).toEqual(
      pages.map((_, n) => n < pages.length - 1),
    );
  });

  it('nothing where a filter matches nothing', async () => {
    for (const query of [
      { pat_id: createId('pat_') },
      { from: '2099-01-01T00:00:00Z' },
      { to: '0000-01-01T00:00:00Z' },
      { service: 'tokens', actor_id: 'nobody' },
    ]) {
      expect((await read(query as Record<string, string>)).body).toMatchObject({
        data: [],
        pagination: { total: 0 },
      });
    }
  });

  it('by slug as by id, and under no other workspace', async () => {
    const bySlug = rowsIn(await read({ request_id: madeBy.list }, owner.pat, owner.workspace.slug));
    expect(bySlug).toHaveLength(1);
    const elsewhere = await read({ request_id: madeBy.list }, stranger.pat, stranger.workspace.id);
    expect(rowsIn(elsewhere)).toEqual([]);
  });

  it('leaves a row of the reading itself', async () => {
    const first = await read();
    await waitForRows(suite, { auth: owner.pat, ws: owner.workspace.id }, [requestIdOf(first)]);
    const [row] = rowsIn(await read({ request_id: requestIdOf(first) }));
    expect(row).toMatchObject({ service: 'audit', action: 'workspace.audit.read', pat_id: owner.patId });
  });
});

describe('400', () => {
  it.each([
    { limit: 101 },
    { limit: 0 },
    { offset: -1 },
    { outcome: 'maybe' },
    { from: 'yesterday' },
    { to: '2026-02-30T00:00:00Z' },
    { from: '2016-12-31T23:59:60Z' },
    { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    { resource: '' },
    { colour: 'red' },
  ])('with %j', async (query) => {
    const { status, body } = await read(query);
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.error.details[0]).toEqual({ field: Object.keys(query)[0], reason: expect.any(String) });
  });
});

describe('401, 403, 404', () => {
  it('401 without a credential', async () => {
    expect((await suite.call('listWorkspaceAuditLogs', { params: { ws: owner.workspace.id } })).status).toBe(
      401,
    );
  });

  it('403 for a token whose policy lacks it, and for a member, whatever the token says', async () => {
    const { status, body, headers } = await read({}, narrow.secret);
    expect([status, headers['x-required-action']]).toEqual([403, 'workspace.audit.read']);
    expect(body.error.details[0].reason).toContain('workspace.audit.read');
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await read({}, member.session)).status).toBe(403);
    const admin = await suite.addMember(owner.workspace, 'admin');
    expect((await read({}, admin.session)).status).toBe(200);
  });

  it('404 for a foreign workspace, just as for an absent one', async () => {
    const foreign = await read({}, stranger.pat);
    const absent = await read({}, stranger.pat, createId('ws_'));
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect({ ...foreign.body.error, request_id: '' }).toEqual({ ...absent.body.error, request_id: '' });
  });
});
