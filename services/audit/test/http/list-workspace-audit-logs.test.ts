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

  it('newest first by cursor, whatever comes in meanwhile', async () => {
    const to = String(rowsIn(await read({ request_id: madeBy.denied }))[0]?.['timestamp']);
    const whole = rowsIn(await read({ to, limit: 100 }));
    const paged = [];
    for (let cursor: string | undefined; ;) {
      const { body } = await read({ to, limit: 1, ...(cursor !== undefined && { cursor }) });
      paged.push(...body.data);
      await suite.call('getWorkspace', { auth: owner.pat, params: { ws: owner.workspace.id } });
      const { next_cursor: next, has_more: hasMore, total, total_exceeded: exceeded } = body.pagination;
      expect([total, exceeded, hasMore]).toEqual([whole.length, false, next !== null]);
      if (next === null) break;
      cursor = next;
    }
    expect(paged).toEqual(whole);
  });

  it.each<[string, (row: Record<string, unknown>) => Record<string, string>]>([
    ['an action pattern', () => ({ action: '*.member.*' })],
    ['an access level', () => ({ access: 'list' })],
    ['an address', () => ({ ip: '127.0.0.1' })],
    ['a range', () => ({ ip: '127.0.0.0/8' })],
    ['a range that holds it in another spelling', () => ({ ip: '::ffff:127.0.0.0/104' })],
    ['one in hexadecimal', () => ({ ip: '0:0:0:0:0:ffff:7f00:0/104' })],
    ['itself in that spelling', () => ({ ip: '::FFFF:7f00:1/128' })],
    ['its resource', ({ resource }) => ({ resource: String(resource) })],
    ['what is above its resource', () => ({ resource: `pcft:platform:workspace/${owner.workspace.id}` })],
    ['a resource pattern', () => ({ resource: 'pcft:*:workspace/*/member/*' })],
  ])('finds the row by %s, and no other row', async (_what, queryOf) => {
    const [row] = rowsIn(await read({ request_id: madeBy.list }));
    const query = queryOf(row ?? {});
    const found = rowsIn(await read({ ...query, limit: 100 }));
    expect(found.map(({ request_id: id }) => id)).toContain(madeBy.list);
    for (const each of found) {
      if (query['action']) expect(`${each.action}.`).toContain('.member.');
      if (query['resource']) expect(String(each['resource'])).toContain('workspace/');
    }
    const elsewhere = {
      action: 'nobody.*',
      access: 'delete',
      ip: '192.0.2.0/24',
      resource: 'pcft:none:thing/1',
    };
    const name = Object.keys(query)[0] as keyof typeof elsewhere;
    const others = rowsIn(await read({ [name]: elsewhere[name], limit: 100 }));
    expect(others.map(({ request_id: id }) => id)).not.toContain(madeBy.list);
  });

  it('finds a change by words of what was changed', async () => {
    const [row] = rowsIn(await read({ request_id: madeBy.mint }));
    expect(JSON.stringify([row?.['metadata'], row?.['changes']])).toContain('narrow');
    const found = rowsIn(await read({ q: 'NARR' }));
    expect(found.map(({ request_id: id }) => id)).toEqual([madeBy.mint]);
    expect(rowsIn(await read({ q: 'narrow nowhere' }))).toEqual([]);
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
    { resource: 'pcft:platform:workspace' },
    { action: 'Work space' },
    { action: 'work*.read' },
    { access: 'all' },
    { ip: '300.0.0.1' },
    { ip: '10.0.0.0/33' },
    { ip: 'localhost' },
    { q: '…' },
    { q: 'a b c d e f g h i' },
    { offset: 10_001 },
    { offset: 1e15 },
    { cursor: 'AAAA' },
    { cursor: 'A'.repeat(80) },
    { colour: 'red' },
  ])('with %j', async (query) => {
    const { status, body } = await read(query);
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(body.error.details[0]).toEqual({ field: Object.keys(query)[0], reason: expect.any(String) });
  });
});

describe('400, for pages', () => {
  it('points who goes too far by offset to the cursor', async () => {
    const { status, body } = await read({ offset: 10_001 });
    expect(status).toBe(400);
    expect(body.error.details[0].reason).toContain('next_cursor');
    expect((await read({ offset: 10_000 })).status).toBe(200);
  });

  it('takes a cursor with no other filters than it was made with, and with no offset', async () => {
    const { body } = await read({ limit: 1 });
    const cursor: string = body.pagination.next_cursor;
    expect((await read({ limit: 5, cursor })).status).toBe(200);
    for (const query of [{ cursor, offset: 1 }, { cursor, outcome: 'success' }, { cursor: `${cursor}A` }]) {
      const refused = await read(query);
      expect([refused.status, refused.body.error.details[0].field]).toEqual([400, 'cursor']);
    }
  });

  it('a cursor leads nobody into another log', async () => {
    const { body } = await read({ limit: 1 });
    const { next_cursor: cursor } = body.pagination as { next_cursor: string };
    const foreign = await read({ cursor, limit: 100 }, stranger.pat, stranger.workspace.id);
    expect(foreign.status).toBe(200);
    for (const row of rowsIn(foreign)) expect(row['workspace_id']).toBe(stranger.workspace.id);
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
