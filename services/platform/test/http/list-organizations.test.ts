import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const list = (auth: string, query = {}) => suite.call('listOrganizations', { auth, query });

describe('200', () => {
  it('lists organizations with the role in each, and ids that the other routes take back', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { body } = await list(member.session);
    expect(body).toMatchObject({ code: 'OK', message: 'Organizations fetched successfully' });
    expect(body.meta).toEqual({ pagination: { total: 2, limit: 20, offset: 0, hasMore: false } });
    const theirs = body.data.find(({ slug }: { slug: string }) => slug === owner.workspace.slug);
    expect(theirs).toMatchObject({ id: owner.workspace.id.slice('ws_'.length), role: 'member' });
    expect(body.data.map(({ role }: { role: string }) => role).sort()).toEqual(['member', 'owner']);
    const members = await suite.call('listOrganizationMembers', {
      auth: member.session,
      params: { organizationId: theirs.id },
    });
    expect(members.status).toBe(200);
    const page = await list(member.session, { limit: 1, offset: 1 });
    expect(page.body.data).toEqual([body.data[1]]);
    expect(page.body.meta.pagination).toEqual({ total: 2, limit: 1, offset: 1, hasMore: false });
  });

  it('shows a pinned key its one organization', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { secret } = await suite.mint(member, { scopes: ['user:read'] });
    const { body } = await list(secret);
    expect(body.data.map(({ slug }: { slug: string }) => slug)).toEqual([owner.workspace.slug]);
  });
});
