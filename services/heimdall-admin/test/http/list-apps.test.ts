import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, expectStatus, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
const names: string[] = [];

beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
  for (let i = 0; i < 3; i++) {
    names.push(uniqueName('listed'));
    const body = { name: names[i], display_name: `Number ${i}` };
    await expectStatus(suite.call('createApp', { auth: owner.pat, body }), 201);
  }
});
afterAll(() => suite.close());

const list = (query: Record<string, string | number> = {}, auth = owner.pat) =>
  suite.call('listApps', { auth, query });
const namesOf = (body: { data: { name: string }[] }) => body.data.map(({ name }) => name);

describe('200', () => {
  it('lists oldest first, and says how many there are', async () => {
    const { status, body } = await list();
    expect([status, namesOf(body)]).toEqual([200, names]);
    expect(body.pagination).toEqual({ total: 3, limit: 20, offset: 0, has_more: false });
  });

  it('in pages that together are the whole', async () => {
    const first = (await list({ limit: 2 })).body;
    const second = (await list({ limit: 2, offset: 2 })).body;
    expect([...namesOf(first), ...namesOf(second)]).toEqual(names);
    expect([first.pagination.has_more, second.pagination.has_more]).toEqual([true, false]);
  });

  it('over every workspace that the caller may see, and of one if it is named', async () => {
    const member = await suite.addMember(owner.workspace, 'admin');
    const own = uniqueName('own');
    await suite.call('createApp', {
      auth: member.session,
      body: {
        name: own,
        display_name: 'Own',
        workspace_id: (await suite.call('listWorkspaces', { auth: member.session })).body.data.find(
          (ws: { id: string }) => ws.id !== owner.workspace.id,
        ).id,
      },
    });
    expect(new Set(namesOf((await list({}, member.session)).body))).toEqual(new Set([...names, own]));
    for (const chosen of [owner.workspace.id, owner.workspace.slug]) {
      expect(namesOf((await list({ workspace_id: chosen }, member.session)).body)).toEqual(names);
    }
  });

  it('shows nothing to whoever has nothing there', async () => {
    const stranger = await suite.createOwner();
    const { body } = await list({ workspace_id: owner.workspace.id }, stranger.pat);
    expect(body).toMatchObject({ data: [], pagination: { total: 0 } });
  });
});

describe('400', () => {
  it.each([
    { limit: 101 },
    { limit: 0 },
    { offset: -1 },
    { limit: 'many' },
    { workspace_id: 'a b' },
    { page: 1 },
  ])('with %j', async (query) => {
    expect((await list(query as Record<string, string | number>)).status).toBe(400);
  });
});
