import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const organizationId = () => owner.workspace.id;
const list = (auth: string | { apiKey: string }, query = {}) =>
  suite.call('listProjects', { auth, params: { organizationId: organizationId() }, query });

describe('200', () => {
  it('is empty at first, then lists oldest first, page by page, and only of this organization', async () => {
    const stranger = await suite.createOwner();
    const create = (by: Owner, name: string) =>
      suite.call('createProject', {
        auth: by.pat,
        params: { organizationId: by.workspace.id },
        body: { name },
      });
    expect((await list(owner.pat)).body).toEqual({
      success: true,
      status: 200,
      code: 'OK',
      message: 'Projects fetched successfully',
      data: [],
      meta: { pagination: { total: 0, limit: 20, offset: 0, hasMore: false } },
    });
    await create(stranger, 'theirs');
    const made = [];
    for (const name of ['one', 'two', 'three']) made.push((await create(owner, name)).body.data);
    expect((await list({ apiKey: owner.pat })).body.data).toEqual(made);
    const page = await list(owner.session, { limit: 2, offset: 1 });
    expect(page.body.data).toEqual(made.slice(1));
    const first = await list(owner.session, { limit: 2 });
    expect(first.body.meta.pagination).toEqual({ total: 3, limit: 2, offset: 0, hasMore: true });
  });
});
