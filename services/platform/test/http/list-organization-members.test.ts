import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const list = (auth: string | { apiKey: string }, organizationId: string, query = {}) =>
  suite.call('listOrganizationMembers', { auth, params: { organizationId }, query });

describe('200', () => {
  it('lists members in the order in which they came, by either form of the id', async () => {
    const admin = await suite.addMember(owner.workspace, 'admin');
    const bare = await list(owner.session, owner.workspace.id.slice('ws_'.length));
    expect(bare.body).toMatchObject({ code: 'OK', message: 'Members fetched successfully' });
    expect(bare.body.data).toMatchObject([
      { userId: owner.id.slice(4), email: owner.email, fullName: owner.name, role: 'owner' },
      { userId: admin.id.slice(4), id: admin.memberId.slice(4), role: 'admin' },
    ]);
    expect((await list(owner.session, owner.workspace.id)).body).toEqual(bare.body);
    const page = await list(owner.session, owner.workspace.id, { limit: 1 });
    expect(page.body.meta.pagination).toEqual({ total: 2, limit: 1, offset: 0, hasMore: true });
  });
});

describe('403 when', () => {
  it('the organization is foreign, or absent: one and the same FORBIDDEN', async () => {
    const stranger = await suite.createOwner();
    const foreign = await list(owner.session, stranger.workspace.id.slice(3));
    const absent = await list(owner.session, '01HZ3K5R4X9Y2V6QF8TJ7W0CDN');
    for (const { status, body } of [foreign, absent])
      expect([status, body.code, body.meta.errors]).toEqual([403, 'FORBIDDEN', undefined]);
    expect(foreign.body.message).toBe(absent.body.message);
  });

  it('the key is pinned to another organization of the account', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const { id } = (await suite.call('listOrganizations', { auth: member.session })).body.data.find(
      ({ role }: { role: string }) => role === 'owner',
    );
    const { secret } = await suite.mint(member, { scopes: ['members:read'] });
    expect((await list({ apiKey: secret }, owner.workspace.id)).status).toBe(200);
    const refused = await list({ apiKey: secret }, id);
    expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it('the scope is missing', async () => {
    const { secret } = await suite.mint(owner, { scopes: ['user:read'] });
    const { status, body } = await list({ apiKey: secret }, owner.workspace.id);
    expect([status, body.code]).toEqual([403, 'API_KEY_MISSING_SCOPES']);
  });
});

describe('400 when', () => {
  it.each(['acme', 'prj_01HZ3K5R4X9Y2V6QF8TJ7W0CDN', '01hz3k5r4x9y2v6qf8tj7w0cdn'])(
    'the id is %s',
    async (organizationId) => {
      const { status, body } = await list(owner.session, organizationId);
      expect([status, body.code, body.meta.errors[0].field]).toEqual([
        400,
        'VALIDATION_ERROR',
        'organizationId',
      ]);
    },
  );
});
