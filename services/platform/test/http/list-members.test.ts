import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';

let suite: Suite;
beforeAll(async () => void (suite = await connectSuite()));
afterAll(() => suite.close());

describe('200', () => {
  it('lists members in the order in which they came, for a member too', async () => {
    const owner = await suite.createOwner();
    const admin = await suite.addMember(owner.workspace, 'admin');
    const member = await suite.addMember(owner.workspace, 'member');
    const params = { ws: owner.workspace.slug };
    const { body } = await suite.call('listMembers', { auth: member.session, params });
    expect(body.data).toMatchObject([
      { account_id: owner.id, email: owner.email, display_name: owner.name, role: 'owner' },
      { account_id: admin.id, id: admin.memberId, role: 'admin' },
      { account_id: member.id, id: member.memberId, role: 'member' },
    ]);
    const page = await suite.call('listMembers', {
      auth: owner.pat,
      params,
      query: { limit: 1, offset: 1 },
    });
    expect(page.body.data).toEqual([body.data[1]]);
    expect(page.body.pagination).toEqual({ total: 3, limit: 1, offset: 1, has_more: true });
  });
});
