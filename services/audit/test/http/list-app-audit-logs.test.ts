import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';
import { requestIdOf, rowsIn, waitForRows } from '../audit-log-client.ts';

let suite: Suite;
let owner: Owner;
let app: { id: string; name: string };
let other: string;

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  const { call } = suite;
  const params = { ws: owner.workspace.id };
  const name = uniqueName('logged');
  const create = (slug: string) =>
    call('createWorkspaceApp', { auth: owner.pat, params, body: { slug, display_name: 'Logged' } });
  const [made, beside] = await Promise.all([create(name), create(uniqueName('beside'))]);
  app = { id: made.body.id, name };
  other = beside.body.id;
  const role = await call('createRole', {
    auth: owner.pat,
    params: { app: app.id },
    body: { name: 'editor', permissions: ['projects:read'] },
  });
  await waitForRows(
    suite,
    { auth: owner.pat, ws: owner.workspace.id },
    [made, beside, role].map(requestIdOf),
  );
});
afterAll(() => suite.close());

const read = (query: Record<string, string | number> = {}, ref = app.id, auth: string = owner.pat) =>
  suite.call('listAppAuditLogs', { auth, params: { app: ref }, query });

describe('200', () => {
  it('gives the rows of the app and of no other, as seed 001 prints them', async () => {
    const answer = await read({ action: 'role.created' });
    expect(answer.body.pagination).toEqual({
      ...{ total: 1, limit: 20, offset: 0, has_more: false },
      ...{ total_exceeded: false, next_cursor: null },
    });
    expect(rowsIn(answer)).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(/^aud_/),
        app_id: app.id,
        actor_id: owner.id,
        action: 'role.created',
        target_type: 'role',
        target_id: expect.stringMatching(/^role_/),
        ip_address: '127.0.0.1',
        timestamp: expect.stringMatching(/^20\d\d-/),
      }),
    ]);
    const apps = rowsIn(await read({ limit: 100 })).map((row) => row['app_id']);
    expect(new Set(apps)).toEqual(new Set([app.id]));
    expect(rowsIn(await read({ action: 'role.created' }, other))).toEqual([]);
  });

  it('takes the name for the id, and the path of the document', async () => {
    const byName = await read({ action: 'role.created' }, app.name);
    const aliased = await suite.call('listAppAuditLogs', {
      auth: owner.pat,
      params: { app: app.name },
      query: { action: 'role.created' },
      alias: true,
      on: 'gateway',
    });
    expect(rowsIn(aliased)).toEqual(rowsIn(byName));
    expect(rowsIn(byName)).toHaveLength(1);
  });

  it('is allowed by a policy that names the app', async () => {
    const policy = [
      { effect: 'allow', actions: ['heimdall.audit.read'], resources: [`pcft:heimdall:app/${app.id}`] },
    ];
    const { secret } = await suite.mint(owner, { policy });
    expect((await read({}, app.id, secret)).status).toBe(200);
    expect((await read({}, other, secret)).status).toBe(403);
  });
});

describe('400', () => {
  it.each([
    ['an unknown filter', { colour: 'red' }],
    ['the filter that the path is', { app_id: 'app_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V' }],
    ['a time that is none', { from: '2026-02-30T00:00:00Z' }],
    ['a resource that is none', { resource: 'app_1' }],
    ['from later than to', { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
  ])('for %s', async (_what, query) => {
    expect((await read(query as Record<string, string>)).status).toBe(400);
  });
});

describe('404', () => {
  it('for an app of another workspace as for none', async () => {
    const stranger = await suite.createOwner();
    const [foreign, absent] = await Promise.all([
      read({}, app.id, stranger.pat),
      read({}, uniqueName('nobodys'), stranger.pat),
    ]);
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    expect(foreign.body.error.message).toBe(absent.body.error.message);
  });
});
