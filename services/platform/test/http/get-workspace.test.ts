import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, uniqueName, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const get = (ws: string, auth = owner.pat) => suite.call('getWorkspace', { auth, params: { ws } });

describe('200', () => {
  it('is the same by id, by slug and by a slug it had before', async () => {
    const alias = uniqueName('alias');
    await suite
      .database('platform')
      .query('INSERT INTO workspace_slug (slug, workspace_id) VALUES ($1, $2)', [alias, owner.workspace.id]);
    const byId = await get(owner.workspace.id);
    expect(byId.body).toMatchObject({ ...owner.workspace, display_name: owner.name, role: 'owner' });
    expect((await get(owner.workspace.slug)).body).toEqual(byId.body);
    expect((await get(alias)).body).toEqual(byId.body);
  });

  it('says the role of the caller', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    expect((await get(owner.workspace.id, member.session)).body.role).toBe('member');
  });
});

describe('403 when', () => {
  it('the PAT is pinned to another workspace of the same account', async () => {
    const slug = uniqueName('other');
    await suite.call('createWorkspace', { auth: owner.session, body: { slug, display_name: 'Other' } });
    const { status, body } = await get(slug);
    expect([status, body.error.details[0].reason]).toEqual([403, expect.stringContaining('pin')]);
  });
});

describe('404 when', () => {
  it('it is foreign, and the same when it does not exist', async () => {
    const stranger = await suite.createOwner();
    const foreign = await get(stranger.workspace.id);
    const absent = await get('ws_00000000000000000000000000');
    const said = ({ status, body }: typeof foreign) => [status, { ...body.error, request_id: null }];
    expect(foreign.status).toBe(404);
    expect(said(foreign)).toEqual(said(absent));
  });
});
