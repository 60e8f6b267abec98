import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Account, type Suite } from '@pcft/testing';
import { auditRowOf } from '../audit-row.ts';
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
