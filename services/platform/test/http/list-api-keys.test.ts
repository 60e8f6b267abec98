import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

describe('200', () => {
  it('lists the keys of the account, wherever minted and pinned, without revoked ones and without secrets', async () => {
    const account = await suite.createOwner();
    const body = { name: 'wide', scopes: ['user:read'] };
    const wide = (await suite.call('createApiKey', { auth: account.session, body })).body.data;
    const gone = (await suite.call('createApiKey', { auth: account.session, body })).body.data;
    await suite.call('deleteApiKey', { auth: account.session, params: { id: gone.id } });
    const answer = await suite.call('listApiKeys', { auth: account.session });
    expect(answer.body).toMatchObject({
      message: 'API keys fetched successfully',
      meta: { pagination: { total: 2, limit: 20, offset: 0, hasMore: false } },
    });
    expect(answer.body.data).toMatchObject([
      {
        id: `ak_${account.patId.slice(4)}`,
        organizationId: account.workspace.id.slice(3),
        scopes: null,
        start: 'pcft_live_',
      },
      {
        id: wide.id,
        name: 'wide',
        organizationId: null,
        scopes: ['user:read'],
        status: 'active',
        enabled: true,
        start: 'ba_',
        lastFour: wide.key.slice(-4),
      },
    ]);
    expect(answer.text).not.toContain(wide.key);
    const page = await suite.call('listApiKeys', { auth: account.session, query: { limit: 1, offset: 1 } });
    expect(page.body.data.map(({ id }: { id: string }) => id)).toEqual([wide.id]);
  });

  it('is open to a key with api-keys:read, and shows nobody else’s', async () => {
    const body = { name: 'reader', scopes: ['api-keys:read'] };
    const { key, id } = (await suite.call('createApiKey', { auth: owner.session, body })).body.data;
    const member = await suite.addMember(owner.workspace, 'member');
    await suite.mint(member, { kind: 'full' });
    const { data } = (await suite.call('listApiKeys', { auth: { apiKey: key } })).body;
    expect(data.map((each: { id: string }) => each.id).sort()).toEqual(
      [id, `ak_${owner.patId.slice(4)}`].sort(),
    );
  });
});
