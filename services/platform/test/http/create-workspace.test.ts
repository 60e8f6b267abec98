import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, uniqueName, type Account, type Suite } from '@pcft/testing';
import { untilServed } from '../until-served.ts';

let suite: Suite;
let account: Account;
beforeAll(async () => {
  suite = await connectSuite();
  account = await suite.createAccount();
});
afterAll(() => suite.close());

const create = (slug: string, auth = account.session) =>
  suite.call('createWorkspace', { auth, body: { slug, display_name: 'A workspace' } });

describe('201', () => {
  it('makes the caller its owner and opens a log of its own', async () => {
    const slug = uniqueName('ws');
    const answer = await create(slug);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ slug, display_name: 'A workspace', role: 'owner' });
    const { body } = await suite.call('listMembers', { auth: account.session, params: { ws: slug } });
    expect(body.data).toMatchObject([{ account_id: account.id, role: 'owner' }]);
    expect(await auditRowOf(suite, answer)).toMatchObject({
      log: answer.body.id,
      workspace_id: answer.body.id,
      action: 'workspace.created',
      target: { type: 'workspace', id: answer.body.id },
    });
  });
});

describe('a test workspace', () => {
  it('says so everywhere, mints `pcft_test_` tokens that every service takes, and stays one', async () => {
    const body = { slug: uniqueName('test'), display_name: 'Test', mode: 'test' };
    const { body: made } = await suite.call('createWorkspace', { auth: account.session, body });
    expect(made).toMatchObject({ mode: 'test', plan: 'free' });
    const params = { ws: made.id as string };
    const minted = await suite.mint({ session: account.session, workspace: made });
    expect(minted.secret).toMatch(/^pcft_test_[0-9A-Za-z]{36}$/);
    const auth = minted.secret;
    const child = await suite.mint({ session: auth, workspace: made });
    expect(child.secret).toMatch(/^pcft_test_/);
    expect((await suite.call('getWorkspace', { auth, params })).body.mode).toBe('test');
    const seen = await suite.call('introspectWorkspace', { auth, params: { id: made.id } });
    expect(seen.body).toMatchObject({ is_member: true, mode: 'test' });
    const app = { slug: uniqueName('app'), display_name: 'App' };
    expect((await suite.call('createWorkspaceApp', { auth, params, body: app, on: 'gateway' })).status).toBe(
      201,
    );
    const projects = await suite.call('listProjects', {
      auth: { apiKey: auth },
      params: { organizationId: made.id },
    });
    expect(projects.status).toBe(200);
    expect((await suite.call('listWorkspaceAuditLogs', { auth, params })).status).toBe(200);
    const rotated = await suite.call('rotateAccessToken', {
      auth,
      params: { ...params, id: minted.id },
      body: {},
    });
    expect(rotated.body.secret).toMatch(/^pcft_test_/);
    expect((await suite.call('listWorkspaceAuditLogs', { auth, params })).status).toBe(401);
    const change = { mode: 'live' };
    expect(
      (await suite.call('updateWorkspace', { auth: account.session, params, body: change })).status,
    ).toBe(400);
  });
});

describe('403 when', () => {
  it('the PAT is pinned to a workspace: it does not speak for the account', async () => {
    const { pat } = await suite.createOwner();
    expect((await create(uniqueName('ws'), pat)).status).toBe(403);
  });
});

describe('409 when', () => {
  it('the slug is taken', async () => {
    const slug = uniqueName('taken');
    await create(slug);
    const { status, body } = await create(slug);
    expect([status, body.error.details]).toEqual([409, [{ field: 'slug', reason: 'is taken' }]]);
  });

  it('the slug was once that of another workspace', async () => {
    const slug = uniqueName('former');
    const { body } = await create(uniqueName('renamed'));
    await suite
      .database('platform')
      .query('INSERT INTO workspace_slug (slug, workspace_id) VALUES ($1, $2)', [slug, body.id]);
    expect((await create(slug)).status).toBe(409);
  });

  it('it is asked for fifty times at once: one of them wins', async () => {
    const slug = uniqueName('race');
    const tries = Array.from({ length: 50 }, () => untilServed(() => create(slug)));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
  });
});

describe('400 when', () => {
  it.each(['A', 'UPPER', '-x', 'x-', 'a b', 'a'.repeat(64), 'ws_x', ''])('the slug is %j', async (slug) => {
    const { status, body } = await create(slug);
    expect([status, body.error.details[0].field]).toEqual([400, 'slug']);
  });
});
